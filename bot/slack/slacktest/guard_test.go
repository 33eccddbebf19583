package slacktest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestPlantedSecrets(t *testing.T) {
	t.Parallel()
	const secret = "s3cr&t<ghp>0123456789"
	blocks := func(b ...any) any { return arr(b) }
	for _, c := range []struct {
		name string
		args obj
	}{
		{"in the text", obj{"text": "x " + secret}},
		{"escaped", obj{"text": "x s3cr&amp;t&lt;ghp&gt;0123456789"}},
		{"in a block", obj{"text": "x", "blocks": blocks(section(secret))}},
		{"in a button's value", obj{"text": "x", "blocks": blocks(button(obj{"value": secret}))}},
		{"divided", obj{"text": "x", "blocks": blocks(obj{"type": "rich_text", "elements": arr{obj{"type": "rich_text_section",
			"elements": arr{obj{"type": "text", "text": secret[:6]}, obj{"type": "text", "text": secret[6:]}}}}})}},
		{"in the metadata", obj{"text": "x", "metadata": obj{"event_type": "a", "event_payload": obj{"k": secret}}}},
		{"URL-encoded", obj{"text": "x", "blocks": blocks(button(obj{"url": "https://e.example/?q=" + url.QueryEscape(secret)}))}},
	} {
		s := Start(t, Options{})
		s.Plant(secret)
		c.args["channel"] = General
		wantError(t, callAPI(t, s, "chat.postMessage", c.args), "planted_secret")
		if v := s.Violations(); len(v) == 0 || v[0].Rule != RuleSecret || s.Posted() != 0 {
			t.Errorf("%s: violations %v, %d posts", c.name, v, s.Posted())
		}
		for _, v := range s.Violations() {
			if strings.Contains(v.String(), secret) {
				t.Errorf("%s: the violation tells the secret", c.name)
			}
		}
	}
	s := Start(t, Options{})
	s.Plant(secret)
	wantError(t, callAPI(t, s, "views.publish", obj{"user_id": Alice, "view": obj{"type": "home", "blocks": arr{section(secret)}}}), "planted_secret")
	must(t, s, "chat.postMessage", obj{"channel": General, "text": "‹token#1›"})
	log := "level=info msg=hello\nlevel=info msg=\"" + secret + "\"\nauth=xoxb-acme\n"
	read, err := s.CheckLog("stderr", strings.NewReader(log))
	if err != nil || string(read) != log {
		t.Errorf("CheckLog = %q, %v", read, err)
	}
	v := s.Violations()
	if len(v) != 3 || v[1].Rule != RuleSecret || v[2].Rule != RuleToken || !strings.Contains(v[1].Detail, "line 2") {
		t.Errorf("violations = %v", v)
	}
}

func TestPlantedMarkup(t *testing.T) {
	t.Parallel()
	const paste = "look <!channel> <@U0ALICE01> <https://evil.example/x|ok> https://evil.example/y @here [a](https://evil.example/z)"
	escaped := escaper.Replace(paste)
	verbatim := func(s string) obj { return obj{"type": "mrkdwn", "text": s, "verbatim": true} }
	for _, c := range []struct {
		name string
		bad  bool
		args obj
	}{
		{"raw text", true, obj{"text": paste}},
		{"escaped text that links by itself", true, obj{"text": escaped}},
		{"escaped text that does not", false, obj{"text": "look &lt;!channel&gt;", "parse": "none"}},
		{"mention in mrkdwn", true, obj{"text": "t", "blocks": arr{obj{"type": "section", "text": verbatim("<!channel>")}}}},
		{"escaped in verbatim", false, obj{"text": "t", "blocks": arr{obj{"type": "section", "text": verbatim("&lt;!channel&gt; https://evil.example/y @here")}}}},
		{"bare link in mrkdwn", true, obj{"text": "t", "blocks": arr{section("see https://evil.example/y")}}},
		{"raw in plain_text", false, obj{"text": "t", "blocks": arr{obj{"type": "section", "text": pt("<!channel>")}}}},
		{"raw in preformatted", false, obj{"text": "t", "blocks": arr{obj{"type": "rich_text", "elements": arr{obj{"type": "rich_text_preformatted",
			"elements": arr{obj{"type": "text", "text": paste}}}}}}}},
		{"link element", true, obj{"text": "t", "blocks": arr{obj{"type": "rich_text", "elements": arr{obj{"type": "rich_text_section",
			"elements": arr{obj{"type": "link", "url": "https://evil.example/y"}}}}}}}},
		{"broadcast element", true, obj{"text": "t", "blocks": arr{obj{"type": "rich_text", "elements": arr{obj{"type": "rich_text_section",
			"elements": arr{obj{"type": "broadcast", "range": "channel"}}}}}}}},
		{"link in markdown", true, obj{"text": "t", "blocks": arr{obj{"type": "markdown", "text": "[a](https://evil.example/z)"}}}},
	} {
		s := Start(t, Options{})
		s.PlantPaste(paste)
		c.args["channel"] = General
		must(t, s, "chat.postMessage", c.args)
		if v := s.Violations(); (len(v) > 0) != c.bad {
			t.Errorf("%s: violations %v, want some: %v", c.name, v, c.bad)
		}
	}
	s := Start(t, Options{AnswersDoNotUnfurl: true})
	must(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "unfurl_links": "false", "unfurl_media": "false"})
	quiet(t, s)
	must(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "link_names": "1"})
	rules := fmt.Sprint(s.Violations())
	if !strings.Contains(rules, RuleUnfurl) || !strings.Contains(rules, RuleLinkNames) {
		t.Errorf("violations = %s, want unfurl and linknames", rules)
	}
}
