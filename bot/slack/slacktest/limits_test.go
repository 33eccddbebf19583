package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

type (
	obj = map[string]any
	arr = []any
)

func x(n int) string { return strings.Repeat("x", n) }

func many(n int, f func(i int) any) arr {
	out := make(arr, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

func pt(s string) obj { return obj{"type": "plain_text", "text": s} }
func mt(s string) obj { return obj{"type": "mrkdwn", "text": s} }

func section(s string) obj { return obj{"type": "section", "text": mt(s)} }

func option(i int) any { return obj{"text": pt(fmt.Sprint("o", i)), "value": fmt.Sprint(i)} }

// posting posts a block of size n.
func posting(block func(n int) obj) func(*testing.T, *Server, int) string {
	return func(t *testing.T, s *Server, n int) string { return posted(t, s, arr{block(n)}) }
}

func posted(t *testing.T, s *Server, blocks arr) string {
	got := callAPI(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "blocks": blocks})
	return refusal(got)
}

func refusal(got map[string]any) string {
	e, _ := got["error"].(string)
	if e == "" && got["ok"] != true {
		return fmt.Sprint(got)
	}
	return e
}

func button(more obj) obj {
	b := obj{"type": "button", "text": pt("b"), "action_id": "a"}
	for k, v := range more {
		b[k] = v
	}
	return obj{"type": "actions", "elements": arr{b}}
}

func element(e obj) obj { return obj{"type": "actions", "elements": arr{e}} }

func confirm(key string, n int) obj {
	c := obj{"title": pt("t"), "text": pt("t"), "confirm": pt("y"), "deny": pt("n")}
	c[key] = pt(x(n))
	return button(obj{"confirm": c})
}

func modal(more obj) obj {
	v := obj{"type": "modal", "title": pt("t"), "submit": pt("go"), "blocks": arr{section("s")}}
	for k, w := range more {
		v[k] = w
	}
	return v
}

// opening opens a view of size n.
func opening(view func(n int) obj) func(*testing.T, *Server, int) string {
	return func(t *testing.T, s *Server, n int) string {
		return refusal(callAPI(t, s, "views.open", obj{"trigger_id": trigger1(s), "view": view(n)}))
	}
}

func inputting(more func(n int) (block, el obj)) func(*testing.T, *Server, int) string {
	return opening(func(n int) obj {
		b := obj{"type": "input", "label": pt("l")}
		e := obj{"type": "plain_text_input", "action_id": "a"}
		block, el := more(n)
		for k, v := range block {
			b[k] = v
		}
		for k, v := range el {
			e[k] = v
		}
		b["element"] = e
		return modal(obj{"blocks": arr{b}})
	})
}

// trigger1 makes a trigger without an interaction.
func trigger1(s *Server) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, in := s.person(Alice, nil)
	_, id := s.frame("shortcut", u, in, "")
	return id
}

// probes exercise each limit at a size, and return Slack's error.
var probes = map[string]func(*testing.T, *Server, int) string{
	"message.blocks": func(t *testing.T, s *Server, n int) string {
		return posted(t, s, many(n, func(int) any { return obj{"type": "divider"} }))
	},
	"message.text": func(t *testing.T, s *Server, n int) string {
		got := callAPI(t, s, "chat.postMessage", obj{"channel": General, "text": x(n)})
		m, _ := s.MessageAt(General, got["ts"].(string))
		if len(m.Text) != min(n, at("message.text")) {
			return fmt.Sprintf("the text has %d characters", len(m.Text))
		}
		return refusal(got)
	},
	"message.markdown_text": func(t *testing.T, s *Server, n int) string {
		return refusal(callAPI(t, s, "chat.postMessage", obj{"channel": General, "markdown_text": x(n)}))
	},
	"message.total": func(t *testing.T, s *Server, n int) string {
		return posted(t, s, arr{section(x(3000)), section(x(3000)), section(x(3000)), section(x(3000)), section(x(n - 12000))})
	},
	"update.text": func(t *testing.T, s *Server, n int) string {
		got := must(t, s, "chat.postMessage", obj{"channel": General, "text": "t"})
		return refusal(callAPI(t, s, "chat.update", obj{"channel": General, "ts": got["ts"], "text": x(n)}))
	},
	"modal.blocks": opening(func(n int) obj {
		return modal(obj{"blocks": many(n, func(int) any { return obj{"type": "divider"} })})
	}),
	"home.blocks": func(t *testing.T, s *Server, n int) string {
		return refusal(callAPI(t, s, "views.publish", obj{"user_id": Alice, "view": obj{"type": "home",
			"blocks": many(n, func(int) any { return obj{"type": "divider"} })}}))
	},
	"block_id":  posting(func(n int) obj { return obj{"type": "divider", "block_id": x(n)} }),
	"action_id": posting(func(n int) obj { return button(obj{"action_id": x(n)}) }),

	"section.text": posting(func(n int) obj { return section(x(n)) }),
	"section.fields": posting(func(n int) obj {
		return obj{"type": "section", "fields": many(n, func(int) any { return mt("f") })}
	}),
	"section.field": posting(func(n int) obj { return obj{"type": "section", "fields": arr{mt(x(n))}} }),
	"header.text":   posting(func(n int) obj { return obj{"type": "header", "text": pt(x(n))} }),
	"header.level":  posting(func(n int) obj { return obj{"type": "header", "text": pt("h"), "level": n} }),
	"context.elements": posting(func(n int) obj {
		return obj{"type": "context", "elements": many(n, func(int) any { return mt("e") })}
	}),
	"actions.elements": posting(func(n int) obj {
		return obj{"type": "actions", "elements": many(n, func(i int) any {
			return obj{"type": "button", "text": pt("b"), "action_id": fmt.Sprint("a", i)}
		})}
	}),
	"context_actions.elements": posting(func(n int) obj {
		return obj{"type": "context_actions", "elements": many(n, func(i int) any {
			return obj{"type": "icon_button", "icon": "trash", "text": pt("b"), "action_id": fmt.Sprint("a", i)}
		})}
	}),
	"button.text":                posting(func(n int) obj { return button(obj{"text": pt(x(n))}) }),
	"button.value":               posting(func(n int) obj { return button(obj{"value": x(n)}) }),
	"button.url":                 posting(func(n int) obj { return button(obj{"url": "https://e.example/" + x(n-18)}) }),
	"button.accessibility_label": posting(func(n int) obj { return button(obj{"accessibility_label": x(n)}) }),
	"confirm.title":              posting(func(n int) obj { return confirm("title", n) }),
	"confirm.text":               posting(func(n int) obj { return confirm("text", n) }),
	"confirm.confirm":            posting(func(n int) obj { return confirm("confirm", n) }),
	"confirm.deny":               posting(func(n int) obj { return confirm("deny", n) }),
	"select.options": posting(func(n int) obj {
		return element(obj{"type": "static_select", "action_id": "a", "options": many(n, option)})
	}),
	"select.option_groups": posting(func(n int) obj {
		return element(obj{"type": "static_select", "action_id": "a", "option_groups": many(n, func(i int) any {
			return obj{"label": pt("g"), "options": arr{option(i)}}
		})})
	}),
	"option.text": posting(func(n int) obj {
		return element(obj{"type": "overflow", "action_id": "a", "options": arr{obj{"text": pt(x(n)), "value": "v"}}})
	}),
	"option.value": posting(func(n int) obj {
		return element(obj{"type": "overflow", "action_id": "a", "options": arr{obj{"text": pt("t"), "value": x(n)}}})
	}),
	"option.description": posting(func(n int) obj {
		return element(obj{"type": "radio_buttons", "action_id": "a", "options": arr{obj{"text": pt("t"), "value": "v", "description": pt(x(n))}}})
	}),
	"overflow.options": posting(func(n int) obj {
		return element(obj{"type": "overflow", "action_id": "a", "options": many(n, option)})
	}),
	"radio_buttons.options": posting(func(n int) obj {
		return element(obj{"type": "radio_buttons", "action_id": "a", "options": many(n, option)})
	}),
	"checkboxes.options": posting(func(n int) obj {
		return element(obj{"type": "checkboxes", "action_id": "a", "options": many(n, option)})
	}),
	"options.response": func(t *testing.T, s *Server, n int) string {
		startApp(t, s, func(_ int, _ request, w http.ResponseWriter) {
			_ = json.NewEncoder(w).Encode(obj{"options": many(n, option)})
		})
		got := must(t, s, "chat.postMessage", obj{"channel": General, "text": "t", "blocks": arr{element(obj{"type": "external_select", "action_id": "a"})}})
		r := s.Suggest(Alice, got["ts"].(string), "a", "q")
		if r.Err != nil {
			return r.Err.Error()
		}
		return ""
	},
	"input.label":                 inputting(func(n int) (obj, obj) { return obj{"label": pt(x(n))}, nil }),
	"input.hint":                  inputting(func(n int) (obj, obj) { return obj{"hint": pt(x(n))}, nil }),
	"plain_text_input.min_length": inputting(func(n int) (obj, obj) { return nil, obj{"min_length": n} }),
	"plain_text_input.max_length": inputting(func(n int) (obj, obj) { return nil, obj{"max_length": n} }),
	"placeholder":                 inputting(func(n int) (obj, obj) { return nil, obj{"placeholder": pt(x(n))} }),
	"file_input.max_files":        inputting(func(n int) (obj, obj) { return nil, obj{"type": "file_input", "max_files": n} }),

	"image.image_url": posting(func(n int) obj {
		return obj{"type": "image", "image_url": "https://e.example/" + x(n-18), "alt_text": "a"}
	}),
	"image.alt_text": posting(func(n int) obj {
		return obj{"type": "image", "image_url": "https://e.example/", "alt_text": x(n)}
	}),
	"image.title": posting(func(n int) obj {
		return obj{"type": "image", "image_url": "https://e.example/", "alt_text": "a", "title": pt(x(n))}
	}),
	"markdown.text": func(t *testing.T, s *Server, n int) string {
		return posted(t, s, arr{obj{"type": "markdown", "text": x(6000)}, obj{"type": "markdown", "text": x(n - 6000)}})
	},
	"table.rows": posting(func(n int) obj {
		return obj{"type": "table", "rows": many(n, func(int) any { return arr{obj{"type": "raw_text", "text": "c"}} })}
	}),
	"table.cells": posting(func(n int) obj {
		return obj{"type": "table", "rows": arr{many(n, func(int) any { return obj{"type": "raw_text", "text": "c"} })}}
	}),
	"table.text": func(t *testing.T, s *Server, n int) string {
		table := func(n int) obj { return obj{"type": "table", "rows": arr{arr{obj{"type": "raw_text", "text": x(n)}}}} }
		return posted(t, s, arr{table(5000), table(n - 5000)})
	},
	"card.title":    posting(func(n int) obj { return obj{"type": "card", "title": pt(x(n))} }),
	"card.subtitle": posting(func(n int) obj { return obj{"type": "card", "subtitle": pt(x(n))} }),
	"card.body":     posting(func(n int) obj { return obj{"type": "card", "body": mt(x(n))} }),
	"carousel.cards": posting(func(n int) obj {
		return obj{"type": "carousel", "elements": many(n, func(int) any { return obj{"type": "card", "title": pt("t")} })}
	}),

	"view.title":            opening(func(n int) obj { return modal(obj{"title": pt(x(n))}) }),
	"view.submit":           opening(func(n int) obj { return modal(obj{"submit": pt(x(n))}) }),
	"view.close":            opening(func(n int) obj { return modal(obj{"close": pt(x(n))}) }),
	"view.private_metadata": opening(func(n int) obj { return modal(obj{"private_metadata": x(n)}) }),
	"view.callback_id":      opening(func(n int) obj { return modal(obj{"callback_id": x(n)}) }),
	"view.external_id":      opening(func(n int) obj { return modal(obj{"external_id": x(n)}) }),
	"view.bytes": func(t *testing.T, s *Server, n int) string {
		view := modal(obj{"blocks": many(100, func(int) any { return section(x(2400)) })})
		view["private_metadata"] = "m"
		raw, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		padded := string(raw[:len(raw)-1]) + strings.Repeat(" ", n-len(raw)) + "}"
		return refusal(callAPI(t, s, "views.open", obj{"trigger_id": trigger1(s), "view": padded}))
	},
	"view.stack": func(t *testing.T, s *Server, n int) string {
		must(t, s, "views.open", obj{"trigger_id": trigger1(s), "view": modal(nil)})
		for range n - 2 {
			must(t, s, "views.push", obj{"trigger_id": trigger1(s), "view": modal(nil)})
		}
		return refusal(callAPI(t, s, "views.push", obj{"trigger_id": trigger1(s), "view": modal(nil)}))
	},
	"response_url.uses": func(t *testing.T, s *Server, n int) string {
		a := startApp(t, s, nil)
		if r := s.Command(Alice, General, "/authfix", "help"); r.Err != nil {
			t.Fatal(r.Err)
		}
		url := a.requests()[0].form(t, "response_url")
		for range n - 1 {
			useURL(t, url, obj{"text": "t"})
		}
		return refusal(useURL(t, url, obj{"text": "t"}))
	},
	"history.limit": func(t *testing.T, s *Server, n int) string {
		return refusal(callAPI(t, s, "conversations.history", obj{"channel": General, "limit": fmt.Sprint(n)}))
	},
	"socket.connections": func(t *testing.T, s *Server, n int) string {
		for range n - 1 {
			dial(t, s)
		}
		_, w, err := dialTicket(t, s)
		if err != nil {
			if w == nil {
				t.Fatal(err)
			}
			return "too_many_websockets"
		}
		return ""
	},
	"socket.response": func(t *testing.T, s *Server, n int) string {
		c := dial(t, s)
		done := make(chan Result, 1)
		go func() { done <- s.Command(Alice, General, "/authfix", "x") }()
		env := c.next(t, "slash_commands")
		head := fmt.Sprintf(`{"envelope_id":%q,"payload":{"text":"`, env["envelope_id"])
		c.send(t, head+x(n-len(head)-3)+`"}}`)
		if r := <-done; r.Acked != (n <= at("socket.response")) {
			return fmt.Sprintf("acknowledged: %v, with %d bytes", r.Acked, n)
		}
		return ""
	},
}
