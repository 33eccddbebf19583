package slacktest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestBlocksRefused walks through blocks that Slack does not take.
func TestBlocksRefused(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	for _, c := range []struct {
		name   string
		blocks any
		says   string
	}{
		{"unknown type", arr{obj{"type": "sections"}}, "unsupported type: sections"},
		{"no type", arr{obj{"text": pt("t")}}, "unsupported type"},
		{"alert", arr{obj{"type": "alert", "text": mt("t")}}, "unsupported type: alert"},
		{"unknown element", arr{element(obj{"type": "buton", "text": pt("t")})}, "unsupported type: buton"},
		{"element in a wrong place", arr{element(obj{"type": "plain_text_input"})}, "unsupported type: plain_text_input"},
		{"empty section", arr{obj{"type": "section"}}, "must define either text or fields"},
		{"empty text", arr{section("")}, "must be more than 0 characters"},
		{"missing text", arr{obj{"type": "header"}}, "missing required field: text"},
		{"unknown property", arr{obj{"type": "divider", "colour": "red"}}, "invalid additional property: colour"},
		{"header in mrkdwn", arr{obj{"type": "header", "text": mt("t")}}, "unsupported type: mrkdwn"},
		{"block_id twice", arr{obj{"type": "divider", "block_id": "b"}, obj{"type": "divider", "block_id": "b"}}, "block_id already exists"},
		{"action_id twice", arr{button(nil), button(nil)}, "action_id already exists"},
		{"no alt text", arr{obj{"type": "image", "image_url": "https://e.example/"}}, "missing required field: alt_text"},
		{"style of a button", arr{button(obj{"style": "loud"})}, "must be one of primary, danger"},
		{"no elements", arr{obj{"type": "actions", "elements": arr{}}}, "no fewer than 1 items"},
		{"mention in preformatted", arr{obj{"type": "rich_text", "elements": arr{obj{"type": "rich_text_preformatted",
			"elements": arr{obj{"type": "user", "user_id": Alice}}}}}}, "unsupported type: user"},
		{"empty rich text", arr{obj{"type": "rich_text", "elements": arr{obj{"type": "rich_text_section",
			"elements": arr{obj{"type": "text", "text": ""}}}}}}, "must be more than 0 characters"},
		{"text that is no object", arr{obj{"type": "section", "text": "t"}}, "must provide an object"},
	} {
		got := callAPI(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "blocks": c.blocks})
		wantError(t, got, "invalid_blocks")
		if says := fmt.Sprint(got["response_metadata"]); !strings.Contains(says, c.says) {
			t.Errorf("%s: %s, want %q", c.name, says, c.says)
		}
	}
	wantError(t, callAPI(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "blocks": "nothing"}), "invalid_blocks_format")
	wantError(t, callAPI(t, s, "chat.postMessage", obj{"channel": General}), "no_text")
	view := modal(obj{"submit": nil, "blocks": arr{obj{"type": "input", "label": pt("l"), "element": obj{"type": "plain_text_input"}}}})
	wantError(t, callAPI(t, s, "views.open", obj{"trigger_id": trigger1(s), "view": view}), "invalid_arguments")
	wantError(t, callAPI(t, s, "views.open", obj{"trigger_id": trigger1(s), "view": modal(obj{"blocks": arr{obj{"type": "markdown", "text": "t"}}})}), "invalid_arguments")
	if n := s.Posted(); n != 0 {
		t.Errorf("%d messages were posted", n)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, l := range Limits {
		t.Run(l.Name, func(t *testing.T) {
			probe := probes[l.Name]
			if probe == nil {
				t.Fatal("the limit has no probe")
			}
			start := func() *Server {
				return Start(t, Options{SocketMode: strings.HasPrefix(l.Name, "socket."), AckWithin: 2 * time.Second, TriggerLife: time.Minute})
			}
			if got := probe(t, start(), l.At); got != "" {
				t.Errorf("at %d: %s, want it accepted", l.At, got)
			}
			if got := probe(t, start(), l.At+1); got != l.Error {
				t.Errorf("one over %d: %q, want %q", l.At, got, l.Error)
			}
		})
	}
	if len(probes) != len(Limits) {
		t.Errorf("%d probes for %d limits", len(probes), len(Limits))
	}
}
