package analyze

import (
	"hash/crc32"
	"strings"
	"testing"
)

// github makes a token of GitHub with a right checksum.
func github(prefix, letter string) string {
	body := strings.Repeat(letter, 28) + "7Z"
	return prefix + body + base62(crc32.ChecksumIEEE([]byte(body)))
}

// TestBase62 checks the digits of a known checksum.
func TestBase62(t *testing.T) {
	for n, want := range map[uint32]string{0: "000000", 61: "00000z", 62: "000010", 1<<32 - 1: "4gfFC3"} {
		if got := base62(n); got != want {
			t.Errorf("base62(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestTokenKind(t *testing.T) { testData(t, tokenKindAnalyzer()) }

// TestTokenState checks whole, cut and damaged tokens, which are made here so
// that no file holds one.
func TestTokenState(t *testing.T) {
	aws := "AKIA" + strings.Repeat("QZ7M", 4)
	atlassian := "ATATT" + "3xFfGF0" + strings.Repeat("aB-_9z", 28) + "pqr" + "=" + "1A2B3C4D"
	for _, c := range []struct{ text, kind, state string }{
		{github("ghp_", "a"), "ghp", "whole"},
		{"token: " + github("gho_", "b") + ".", "gho", "whole"},
		{"token=" + github("ghu_", "c") + "&x=1", "ghu", "whole"},
		{github("ghu_", "c")[:30], "ghu", "cut"},
		{github("ghu_", "c")[:39] + "!", "ghu", "cut"},
		{github("ghu_", "c")[:39] + "-", "ghu", "cut"},
		{github("ghs_", "d") + "x", "ghs", "damaged"},
		{strings.Replace(github("ghp_", "e"), "ee", "ef", 1), "ghp", "damaged"},
		{"ghs_" + "12345_" + "eyJ" + strings.Repeat("h", 60) + "." + strings.Repeat("p", 90) + "." + strings.Repeat("s", 40), "ghs", "whole"},
		{"github_pat_" + strings.Repeat("1A", 11) + "_" + strings.Repeat("b", 59), "github_pat", "whole"},
		{"github_pat_" + strings.Repeat("1A", 11) + "_" + strings.Repeat("b", 40), "github_pat", "cut"},
		{atlassian, "atatt", "whole"},
		{atlassian[:100], "atatt", "cut"},
		{atlassian[:len(atlassian)-1] + "x", "atatt", "damaged"},
		{"ATBB" + strings.Repeat("k3", 16), "atbb", "whole"},
		{"glpat-" + strings.Repeat("x1", 10), "glpat", "whole"},
		{"glpat-" + strings.Repeat("x1", 8), "glpat", "cut"},
		{"glpat-" + strings.Repeat("x1", 14) + ".01.0" + "1234567", "glpat", "whole"},
		{"xoxb-" + strings.Repeat("1", 12) + "-" + strings.Repeat("2", 13) + "-" + strings.Repeat("z", 24), "xoxb", "whole"},
		{"xoxp-" + "12345", "xoxp", "cut"},
		{"xoxe.xoxp-1-" + strings.Repeat("M", 120), "xoxe", "whole"},
		{"xapp-1-A1-" + strings.Repeat("3", 80), "xapp", "whole"},
		{"ya29." + strings.Repeat("a0", 60), "ya29", "whole"},
		{aws, "akia", "whole"},
		{"ASIA" + aws[4:], "asia", "whole"},
		{aws[:18], "akia", "cut"},
		{aws + "Q", "akia", "damaged"},
		{"Bearer eyJ" + strings.Repeat("h", 20) + ".eyJ" + strings.Repeat("p", 20) + "." + strings.Repeat("s", 20), "jwt", "whole"},
		{"Bearer eyJ" + strings.Repeat("h", 20) + ".eyJ" + strings.Repeat("p", 20), "jwt", "cut"},
		{`"\n` + github("ghu_", "q") + `"`, "ghu", "whole"},
	} {
		rec, _ := testRecord(c.text)
		facts, findings := runTokenKind(rec, testNow)
		kind, _ := firstFact(facts, "token.kind")
		state, _ := firstFact(facts, "token.state")
		if kind.Value != c.kind || state.Value != c.state {
			t.Errorf("%.20s… of %d bytes: %s %s, want %s %s", c.text, len(c.text), kind.Value, state.Value, c.kind, c.state)
		}
		if len(findings) != 1 {
			t.Fatalf("%.20s…: %d findings", c.text, len(findings))
		}
		if token := c.text[max(0, strings.Index(c.text, "_")):]; len(token) > 8 && strings.Contains(findings[0].Text, token[:8]) {
			t.Errorf("a finding shows the token: %s", findings[0].Text)
		}
	}
}

func FuzzTokenKind(f *testing.F) {
	fuzzAnalyzer(f, tokenKindAnalyzer(), github("ghp_", "a"), "ghu_", "ASIA", "eyJ.", "xoxe", "ya29.", "ATATT=", "\\nghp_", "%20ghp_x1")
}
