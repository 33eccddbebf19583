package slacktest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// opener answers every interaction by opening a view with its trigger.
func opener(t *testing.T, s *Server, view obj, answer func(p map[string]any) any) *app {
	t.Helper()
	return startApp(t, s, func(_ int, r request, w http.ResponseWriter) {
		var p map[string]any
		if json.Unmarshal([]byte(r.form(t, "payload")), &p) != nil {
			p = map[string]any{"type": "command", "trigger_id": r.form(t, "trigger_id")}
		}
		if p["type"] == "command" || p["type"] == "shortcut" {
			got := callAPI(t, s, "views.open", obj{"trigger_id": p["trigger_id"], "view": view})
			if got["ok"] != true {
				t.Errorf("views.open: %v", got)
			}
			return
		}
		if answer != nil {
			if v := answer(p); v != nil {
				_ = json.NewEncoder(w).Encode(v)
			}
		}
	})
}

func paste() obj {
	return modal(obj{"callback_id": "paste", "private_metadata": "C1", "notify_on_close": true, "blocks": arr{
		obj{"type": "input", "block_id": "text", "label": pt("Error"), "element": obj{"type": "plain_text_input", "action_id": "paste", "multiline": true}}}})
}

func TestModal(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	var state any
	a := opener(t, s, paste(), func(p map[string]any) any {
		view, _ := p["view"].(map[string]any)
		state = view["state"].(map[string]any)["values"]
		text := state.(map[string]any)["text"].(map[string]any)["paste"].(map[string]any)["value"]
		if text == "short" {
			return obj{"response_action": "errors", "errors": obj{"text": "too short"}}
		}
		if text == "more" {
			return obj{"response_action": "push", "view": modal(nil)}
		}
		return nil
	})
	if r := s.Command(Alice, General, "/authfix", ""); !r.Acked {
		t.Fatal(r.Err)
	}
	open := s.OpenViews(Alice)
	if len(open) != 1 || open[0].CallbackID != "paste" || open[0].Private != "C1" {
		t.Fatalf("open views = %+v", open)
	}
	if r := s.Submit(Alice, obj2(nil)); r.Err == nil {
		t.Error("an empty input was submitted")
	}
	if r := s.Submit(Alice, obj2(obj{"paste": "short"})); r.Errors["text"] != "too short" || len(s.OpenViews(Alice)) != 1 {
		t.Errorf("errors = %+v", r)
	}
	if r := s.Submit(Alice, obj2(obj{"text": "more"})); r.Action != "push" || len(s.OpenViews(Alice)) != 2 {
		t.Errorf("push = %+v", r)
	}
	if r := s.CloseView(Alice, false); r.Err != nil || len(s.OpenViews(Alice)) != 1 {
		t.Errorf("close = %+v", r)
	}
	n := len(a.requests())
	if r := s.Submit(Alice, obj2(obj{"paste": "line 1\nline 2"})); r.Err != nil || len(s.OpenViews(Alice)) != 0 {
		t.Errorf("submit = %+v", r)
	}
	if len(a.requests()) != n+1 {
		t.Error("the app was not told")
	}
	quiet(t, s)
}

func obj2(o obj) map[string]string {
	out := map[string]string{}
	for k, v := range o {
		out[k] = v.(string)
	}
	return out
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	for _, guide := range []bool{false, true} {
		s := Start(t, Options{GuideTriggerErrors: guide})
		expired, exchanged := "expired_trigger_id", "exchanged_trigger_id"
		if guide {
			expired, exchanged = "trigger_expired", "trigger_exchanged"
		}
		id := trigger1(s)
		got := must(t, s, "views.open", obj{"trigger_id": id, "view": modal(obj{"external_id": "e"})})
		wantError(t, callAPI(t, s, "views.open", obj{"trigger_id": id, "view": modal(nil)}), exchanged)
		wantError(t, callAPI(t, s, "views.open", obj{"trigger_id": trigger1(s), "view": modal(obj{"external_id": "e"})}), "duplicate_external_id")
		id = trigger1(s)
		s.Advance(3 * time.Second)
		wantError(t, callAPI(t, s, "views.open", obj{"trigger_id": id, "view": modal(nil)}), expired)
		view := got["view"].(map[string]any)
		must(t, s, "views.update", obj{"view_id": view["id"], "hash": view["hash"], "view": modal(obj{"title": pt("new")})})
		wantError(t, callAPI(t, s, "views.update", obj{"view_id": view["id"], "hash": view["hash"], "view": modal(nil)}), "hash_conflict")
		if v, _ := s.View(view["id"].(string)); v.Title != "new" || v.Updates != 1 {
			t.Errorf("view = %+v", v)
		}
		home := must(t, s, "views.publish", obj{"user_id": Alice, "view": obj{"type": "home", "blocks": arr{section("recent")}}})["view"].(map[string]any)
		wantError(t, callAPI(t, s, "views.publish", obj{"user_id": Alice, "hash": "old", "view": obj{"type": "home", "blocks": arr{}}}), "hash_conflict")
		if v, ok := s.Home(Alice); !ok || v.ID != home["id"] || v.Shown() != "recent\n" {
			t.Errorf("home = %+v", v)
		}
	}
}

func TestShortcuts(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := opener(t, s, paste(), nil)
	ts := s.Message(Said{Channel: Secret, Text: "an error"})
	if r := s.MessageShortcut(Alice, Secret, ts, "diagnose_message"); !r.Acked {
		t.Fatal(r.Err)
	}
	var p map[string]any
	if err := json.Unmarshal([]byte(a.requests()[0].form(t, "payload")), &p); err != nil {
		t.Fatal(err)
	}
	if p["type"] != "message_action" || p["callback_id"] != "diagnose_message" || p["message"].(map[string]any)["text"] != "an error" ||
		p["channel"].(map[string]any)["id"] != Secret || p["message_ts"] != ts {
		t.Errorf("payload = %v", p)
	}
	wantError(t, callAPI(t, s, "chat.postMessage", obj{"channel": Secret, "text": "t"}), "channel_not_found")
	useURL(t, p["response_url"].(string), obj{"text": "private"})
	if got := s.Ephemerals(Alice); len(got) != 1 || got[0].Channel != Secret {
		t.Errorf("ephemerals = %+v", got)
	}
	if r := s.Shortcut(Bob, "diagnose"); !r.Acked || len(s.OpenViews(Bob)) != 1 {
		t.Errorf("global shortcut = %+v", r)
	}
}

func TestCommandAnswers(t *testing.T) {
	t.Parallel()
	for _, socket := range []bool{false, true} {
		s := Start(t, Options{SocketMode: socket, AckWithin: 5 * time.Second})
		body := obj{"response_type": "ephemeral", "text": "at once"}
		if socket {
			l := dial(t, s)
			go func() { l.ack(t, l.next(t, "slash_commands"), body) }()
		} else {
			startApp(t, s, func(_ int, _ request, w http.ResponseWriter) { _ = json.NewEncoder(w).Encode(body) })
		}
		r := s.Command(Alice, General, "/authfix", "help")
		if got := s.Ephemerals(Alice); !r.Acked || len(got) != 1 || got[0].TS != r.TS || got[0].Text != "at once" {
			t.Errorf("socket %v: %+v, ephemerals %+v", socket, r, got)
		}
	}
	s := Start(t, Options{AckWithin: 50 * time.Millisecond})
	startApp(t, s, func(int, request, http.ResponseWriter) { time.Sleep(200 * time.Millisecond) })
	if r := s.Command(Alice, General, "/authfix", "help"); r.Acked || r.Err == nil {
		t.Errorf("a late answer was taken: %+v", r)
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	for _, c := range []struct{ typed, text, blocks string }{
		{"a < b & c > d", "a &lt; b &amp; c &gt; d", `[{"elements":[{"text":"a \u003c b \u0026 c \u003e d","type":"text"}],"type":"rich_text_section"}]`},
		{"see https://e.example/x?a=1&b=2.", "see <https://e.example/x?a=1&amp;b=2>.",
			`[{"elements":[{"text":"see ","type":"text"},{"type":"link","url":"https://e.example/x?a=1\u0026b=2"},{"text":".","type":"text"}],"type":"rich_text_section"}]`},
		{"mail a@b.example", "mail <mailto:a@b.example|a@b.example>",
			`[{"elements":[{"text":"mail ","type":"text"},{"text":"a@b.example","type":"link","url":"mailto:a@b.example"}],"type":"rich_text_section"}]`},
		{"look:\n```\nx = \"1\" <y>\n```", "look:\n```x = \"1\" &lt;y&gt;```",
			`[{"elements":[{"text":"look:\n","type":"text"}],"type":"rich_text_section"},{"border":0,"elements":[{"text":"x = \"1\" \u003cy\u003e","type":"text"}],"type":"rich_text_preformatted"}]`},
		{"use `a<b`", "use `a&lt;b`",
			`[{"elements":[{"text":"use ","type":"text"},{"style":{"code":true},"text":"a\u003cb","type":"text"}],"type":"rich_text_section"}]`},
		{"> quoted\nmine", "&gt; quoted\nmine",
			`[{"elements":[{"text":"quoted\n","type":"text"}],"type":"rich_text_quote"},{"elements":[{"text":"mine","type":"text"}],"type":"rich_text_section"}]`},
		{"<!channel> <@U0NOBODY1> <@" + Bob + ">", "&lt;!channel&gt; &lt;@U0NOBODY1&gt; <@" + Bob + ">",
			`[{"elements":[{"text":"\u003c!channel\u003e \u003c@U0NOBODY1\u003e ","type":"text"},{"type":"user","user_id":"` + Bob + `"}],"type":"rich_text_section"}]`},
		{"an odd ` tick and ``` fence", "an odd ` tick and ``` fence", `[{"elements":[{"text":"an odd ","type":"text"},{"text":"` + "` tick and ``` fence" + `","type":"text"}],"type":"rich_text_section"}]`},
	} {
		text, blocks := s.Compose(c.typed)
		if text != c.text {
			t.Errorf("Compose(%q) text = %q, want %q", c.typed, text, c.text)
		}
		raw, _ := json.Marshal(blocks[0]["elements"])
		if string(raw) != c.blocks && !strings.Contains(c.typed, "odd") {
			t.Errorf("Compose(%q) = %s, want %s", c.typed, raw, c.blocks)
		}
		if strings.Contains(c.typed, "odd") && shown(blocks) != "" && strings.ReplaceAll(shown(blocks), "\n", "") != c.typed {
			t.Errorf("Compose(%q) shows %q", c.typed, shown(blocks))
		}
	}
	if got, want := Smart(`"it's" -- so...`), "“it’s” — so…"; got != want {
		t.Errorf("Smart = %q, want %q", got, want)
	}
}
