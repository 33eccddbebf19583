package discord

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authfix/bot"
)

// reader is a platform that reads, and calls nobody.
func reader(t testing.TB) *Platform {
	t.Helper()
	p, err := New(Config{Token: "x", API: "http://127.0.0.1:1/"}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	me := botUser
	p.gate.me.Store(&me)
	p.world.begin(0, &wireGuild{ID: "100000000000000001", Roles: []wireRole{{ID: "100000000000000002", Tags: roleTags{Bot: botUser}}, {ID: "100000000000000003", Tags: roleTags{Bot: "1"}}}})
	return p
}

const botUser = "1100000000000000002"

func TestMessageText(t *testing.T) {
	t.Parallel()
	const program = `"author":{"id":"1100000000000000009","bot":true},`
	for name, c := range map[string]struct {
		message   string
		text      string
		mentioned bool
	}{
		"plain":             {`{"content":"oauth_problem=token_rejected"}`, "oauth_problem=token_rejected", false},
		"empty":             {`{}`, "", false},
		"null":              {`{"content":null,"embeds":null,"components":null}`, "", false},
		"lines":             {`{"content":"  a\n\n b "}`, "a\n\n b", false},
		"mention":           {`{"content":"<@1100000000000000002> why 401?"}`, "why 401?", true},
		"mention by nick":   {`{"content":"<@!1100000000000000002>: why?"}`, "why?", true},
		"mention in middle": {`{"content":"hey <@1100000000000000002> why?"}`, "hey why?", true},
		"mention at end":    {`{"content":"why? <@1100000000000000002>"}`, "why?", true},
		"mention alone":     {`{"content":"<@1100000000000000002>"}`, "", true},
		"twice":             {`{"content":"<@1100000000000000002> <@1100000000000000002> x"}`, "x", true},
		"line of its own":   {`{"content":"log:\n<@1100000000000000002>\nx"}`, "log:\n\nx", true},
		"mention in code":   {"{\"content\":\"`<@1100000000000000002>` x\"}", "`<@1100000000000000002>` x", false},
		"mention in fence":  {"{\"content\":\"```\\n<@1100000000000000002>\\n```\"}", "```\n<@1100000000000000002>\n```", false},
		"behind a fence":    {"{\"content\":\"```\\nx\\n``` <@1100000000000000002>\"}", "```\nx\n```", true},
		"an open tick":      {"{\"content\":\"it`s <@1100000000000000002> x\"}", "it`s x", true},
		"someone else":      {`{"content":"<@1100000000000000003> <#1> <@&2> x < y"}`, "<@1100000000000000003> <#1> <@&2> x < y", false},
		"its own role":      {`{"guild_id":"100000000000000001","mention_roles":["100000000000000002"],"content":"<@&100000000000000002> why?"}`, "why?", true},
		"another's role":    {`{"guild_id":"100000000000000001","mention_roles":["100000000000000003"],"content":"<@&100000000000000003> why?"}`, "<@&100000000000000003> why?", false},
		"role elsewhere":    {`{"guild_id":"100000000000000009","content":"<@&100000000000000002> why?"}`, "<@&100000000000000002> why?", false},
		"reply with ping":   {`{"content":"and now?","mentions":[{"id":"1"},{"id":"1100000000000000002"}]}`, "and now?", true},
		"odd mentions":      {`{"content":"x","mentions":{"a":1}}`, "x", false},
		"preview of a link": {`{"content":"x","embeds":[{"type":"link","title":"T"},{"type":"article","description":"D"},{"type":"rich","title":"R"}]}`, "x", false},
		"program's embeds": {`{` + program + `"content":"alert","embeds":[{"author":{"name":"CI"},"title":"Build","description":"failed: 401","fields":[{"name":"host","value":"jira"},7,{"name":5,"value":"v"}],"footer":{"text":"foot"}},"x",{"type":"link","title":"no"},null]}`,
			"alert\nCI\nBuild\nfailed: 401\nhost\njira\nv\nfoot", false},
		"webhook's embed": {`{"webhook_id":"7","content":"","embeds":[{"title":"T"}]}`, "T", false},
		"components":      {`{` + program + `"components":[{"type":17,"components":[{"type":10,"content":"one"},{"type":9,"components":[{"type":10,"content":"two"}]},{"type":999,"components":[{"type":10,"content":"three"}]},{"type":2,"label":"no"},3]}]}`, "one\ntwo\nthree", false},
		"unknown of a person": {
			`{"content":"said","components":[{"type":4711,"x":{}}]}`, "said", false},
		"forwarded":       {`{"content":"look","message_snapshots":[{"message":{"content":"<@1100000000000000002> 401","embeds":[{"title":"E"}]}},{"message":7},5]}`, "look\n<@1100000000000000002> 401\nE", false},
		"forwarded alone": {`{"content":"","message_snapshots":[{"message":{"content":"401"}}]}`, "401", false},
		"stickers":        {`{"content":"","sticker_items":[{"id":"1","name":"wave"}]}`, "", false},
		"content of a number": {
			`{"content":5,"mentions":[{"id":"1100000000000000002"}]}`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var m wireMessage
			if err := bot.Decode([]byte(c.message), &m); err != nil {
				t.Fatal(err)
			}
			text, mentioned := reader(t).messageText(&m)
			if text != c.text || mentioned != c.mentioned {
				t.Errorf("messageText = %q, %t, want %q, %t", text, mentioned, c.text, c.mentioned)
			}
		})
	}
}

// However much a message has, what is read of it is bounded.
func TestMessageTextBounded(t *testing.T) {
	t.Parallel()
	p := reader(t)
	deep := strings.Repeat(`{"type":1,"components":[`, 60) + `{"type":10,"content":"deep"}` + strings.Repeat(`]}`, 60)
	var embeds []string
	for range 5000 {
		embeds = append(embeds, `{"title":"`+strings.Repeat("é", 500)+`"}`)
	}
	for name, m := range map[string]wireMessage{
		"long":   {Content: strings.Repeat("é", maxTyped)},
		"deep":   {Author: wireUser{Bot: true}, Components: json.RawMessage("[" + deep + "]")},
		"many":   {Author: wireUser{Bot: true}, Embeds: json.RawMessage("[" + strings.Join(embeds, ",") + "]")},
		"widely": {Author: wireUser{Bot: true}, Components: json.RawMessage("[" + strings.Repeat(`{"type":10,"content":"x"},`, 5000) + `1]`)},
	} {
		text, _ := p.messageText(&m)
		if len(text) > maxTyped || strings.Contains(text, "deep") || strings.Count(text, "x") > maxParts || !json.Valid([]byte(`"`+strings.ReplaceAll(text, "\n", " ")+`"`)) {
			t.Errorf("%s: %d bytes were read", name, len(text))
		}
	}
}

func TestMessageFiles(t *testing.T) {
	t.Parallel()
	var m wireMessage
	err := bot.Decode([]byte(`{"id":"1100000000000000500","channel_id":"1100000000000000301",
		"attachments":[{"id":"1100000000000000601","filename":"message.txt","size":9,"content_type":"text/plain","url":"https://cdn.discordapp.com/a"},
			{"id":"../x","filename":"no"},7,{"id":"1100000000000000602","filename":"b","size":-1}],
		"sticker_items":[{"id":"1100000000000000603"}],
		"message_snapshots":[{"message":{"attachments":[{"id":"1100000000000000604","filename":"f.log","size":"7"}]}}]}`), &m)
	if err != nil {
		t.Fatal(err)
	}
	const head = "m/1100000000000000301/1100000000000000500/"
	want := []bot.File{
		{ID: head + "1100000000000000601", Name: "message.txt", Size: 9, Type: "text/plain"},
		{ID: head + "1100000000000000602", Name: "b"},
		{ID: head + "1100000000000000604", Name: "f.log"},
	}
	if diff := cmp.Diff(want, reader(t).messageFiles(&m)); diff != "" {
		t.Errorf("messageFiles (-want +got):\n%s", diff)
	}
}
