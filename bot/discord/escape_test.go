package discord

import (
	"strings"
	"testing"

	"authfix/bot"
)

// TestEscape checks what text becomes.
func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                         "plain",
		"a*b_c~d`e|f":                   "a\\*b\\_c\\~d\\`e\\|f",
		"# head\n  ## head\nno # head":  "\\# head\n  \\## head\nno # head",
		"-# small\n- item\n+ item":      "\\-# small\n\\- item\n\\+ item",
		"1. item\n12) item\nv1.2":       "1\\. item\n12\\) item\nv1.2",
		"> quote\n>>> quote\na > b":     "\\> quote\n\\>>> quote\na > b",
		"<@1> <t:0:R> <#2> <:x:1>":      "\\<\\@1> \\<t\\:0:R> \\<#2> \\<\\:x:1>",
		"@everyone @here a@b":           "\\@" + zeroWidth + "everyone \\@" + zeroWidth + "here a\\@b",
		":tada: 12:30:45 http: x":       "\\:tada: 12\\:30:45 http: x",
		"https://a.example/x_y":         "https\\://a.example/x\\_y",
		"discord.gg/x DISCORD.com/inv":  "discord\\.gg/x DISCORD\\.com/inv",
		"[a](b)":                        "\\[a\\](b)",
		`back\slash`:                    `back\\slash`,
		"2026-11-25 10:00:00.123 ERROR": "2026-11-25 10\\:00:00.123 ERROR",
	} {
		if got := escapeText(in); got != want {
			t.Errorf("escapeText(%q) = %q, want %q", in, got, want)
		}
		size := 0
		for _, r := range in {
			size += textSize(r)
		}
		if n := bot.Chars(escapeText(in)); n > size {
			t.Errorf("%q takes %d characters, and %d were reckoned with", in, n, size)
		}
	}
}

// TestFence checks that no code ends the fence that it stands in.
func TestFence(t *testing.T) {
	for n := range 20 {
		code := breakFences(strings.Repeat("`", n) + "x" + strings.Repeat("`", n))
		if strings.Contains(code, "```") || strings.ReplaceAll(code, zeroWidth, "") != strings.Repeat("`", n)+"x"+strings.Repeat("`", n) {
			t.Errorf("of %d backticks it makes %q", n, code)
		}
	}
}
