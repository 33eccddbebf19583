package discordtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"authfix/bot/fake"
)

func x(n int) string { return strings.Repeat("x", n) }

func many(n int, f func(i int) any) arr {
	out := make(arr, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

// A probe exercises a limit at a size, and returns what refused it: the errors of
// a form, or another word.
type probe func(t *testing.T, s *Server, n int) string

// refusal is the errors of an answer.
func refusal(a answer) string {
	if a.status/100 == 2 {
		return ""
	}
	raw, _ := json.Marshal(a.obj["errors"])
	return fmt.Sprintf("%d %s", a.code(), raw)
}

// posting posts a message of size n.
func posting(body func(n int) obj) probe {
	return func(t *testing.T, s *Server, n int) string {
		return refusal(rest(t, s, "POST", "/channels/"+General+"/messages", quietly(body(n))))
	}
}

func embedding(e func(n int) obj) probe {
	return posting(func(n int) obj { return obj{"embeds": arr{e(n)}} })
}

func row(c ...any) obj { return obj{"type": 1, "components": arr(c)} }

func pressing(more func(n int) obj) probe {
	return posting(func(n int) obj {
		b := obj{"type": 2, "style": 1, "label": "b", "custom_id": "a"}
		for k, v := range more(n) {
			if b[k] = v; v == nil {
				delete(b, k)
			}
		}
		return obj{"components": arr{row(b)}}
	})
}

func choosing(more func(n int) obj) probe {
	return posting(func(n int) obj {
		b := obj{"type": 3, "custom_id": "a", "options": arr{option(0)}}
		for k, v := range more(n) {
			b[k] = v
		}
		return obj{"components": arr{row(b)}}
	})
}

func option(i int) any { return obj{"label": fmt.Sprint("o", i), "value": fmt.Sprint(i)} }

func one(key string, n int) obj {
	o := obj{"label": "l", "value": "v"}
	o[key] = x(n)
	return obj{"options": arr{o}}
}

// opening answers a command with a modal of size n.
func opening(more func(n int) obj) probe {
	return answering(func(n int) obj {
		d := obj{"title": "t", "custom_id": "c", "components": arr{label(input(nil))}}
		for k, v := range more(n) {
			d[k] = v
		}
		return obj{"type": answerModal, "data": d}
	})
}

func input(more obj) obj {
	o := obj{"type": 4, "custom_id": "i", "style": 2}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func label(c obj) obj { return obj{"type": 18, "label": "l", "component": c} }

// answering answers an interaction that was delivered to nobody.
func answering(body func(n int) obj) probe {
	return func(t *testing.T, s *Server, n int) string {
		b := body(n)
		kind := interactionCommand
		if b["type"] == answerChoices {
			kind = interactionAutocomplete
		}
		s.mu.Lock()
		in, _, err := s.newInteraction(kind, Alice, General, nil)
		s.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		return refusal(rest(t, s, "POST", "/interactions/"+in.id+"/"+in.token+"/callback", b))
	}
}

func suggesting(choices func(n int) arr) probe {
	return answering(func(n int) obj { return obj{"type": answerChoices, "data": obj{"choices": choices(n)}} })
}

func registering(commands func(n int) arr) probe {
	return func(t *testing.T, s *Server, n int) string {
		return refusal(rest(t, s, "PUT", "/applications/"+App+"/commands", commands(n)))
	}
}

func slash(more obj) obj {
	o := obj{"name": "c", "description": "d"}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func opt(name string, more obj) obj {
	o := obj{"type": 3, "name": name, "description": "d"}
	for k, v := range more {
		o[k] = v
	}
	return o
}

// probes exercise each limit.
var probes = map[string]probe{
	"message.content": posting(func(n int) obj { return obj{"content": x(n)} }),
	"message.embeds": posting(func(n int) obj {
		return obj{"embeds": many(n, func(int) any { return obj{"title": "t"} })}
	}),
	"message.nonce": posting(func(n int) obj { return obj{"content": "c", "nonce": x(n)} }),
	"message.attachments": func(t *testing.T, s *Server, n int) string {
		return refusal(upload(t, s, General, n))
	},
	"message.rows": posting(func(n int) obj {
		return obj{"components": many(n, func(i int) any {
			return row(obj{"type": 2, "style": 1, "label": "b", "custom_id": fmt.Sprint(i)})
		})}
	}),
	"embed.title":       embedding(func(n int) obj { return obj{"title": x(n)} }),
	"embed.description": embedding(func(n int) obj { return obj{"description": x(n)} }),
	"embed.fields": embedding(func(n int) obj {
		return obj{"fields": many(n, func(int) any { return obj{"name": "n", "value": "v"} })}
	}),
	"embed.field.name":  embedding(func(n int) obj { return obj{"fields": arr{obj{"name": x(n), "value": "v"}}} }),
	"embed.field.value": embedding(func(n int) obj { return obj{"fields": arr{obj{"name": "n", "value": x(n)}}} }),
	"embed.footer":      embedding(func(n int) obj { return obj{"footer": obj{"text": x(n)}} }),
	"embed.author":      embedding(func(n int) obj { return obj{"author": obj{"name": x(n)}} }),
	"embed.total": posting(func(n int) obj {
		return obj{"embeds": arr{obj{"description": x(4000)}, obj{"description": x(n - 4000)}}}
	}),
	"row.buttons": posting(func(n int) obj {
		return obj{"components": arr{row(many(n, func(i int) any {
			return obj{"type": 2, "style": 1, "label": "b", "custom_id": fmt.Sprint(i)}
		})...)}}
	}),
	"button.label": pressing(func(n int) obj { return obj{"label": x(n)} }),
	"button.url": pressing(func(n int) obj {
		return obj{"style": 5, "custom_id": nil, "url": "https://e.example/" + x(n-18)}
	}),
	"custom_id":          pressing(func(n int) obj { return obj{"custom_id": x(n)} }),
	"select.options":     choosing(func(n int) obj { return obj{"options": many(n, option)} }),
	"select.placeholder": choosing(func(n int) obj { return obj{"placeholder": x(n)} }),
	"option.label":       choosing(func(n int) obj { return one("label", n) }),
	"option.value":       choosing(func(n int) obj { return one("value", n) }),
	"option.description": choosing(func(n int) obj { return one("description", n) }),

	"modal.title":     opening(func(n int) obj { return obj{"title": x(n)} }),
	"modal.custom_id": opening(func(n int) obj { return obj{"custom_id": x(n)} }),
	"modal.components": opening(func(n int) obj {
		return obj{"components": many(n, func(i int) any { return label(input(obj{"custom_id": fmt.Sprint(i)})) })}
	}),
	"label.label": opening(func(n int) obj {
		return obj{"components": arr{obj{"type": 18, "label": x(n), "component": input(nil)}}}
	}),
	"label.description": opening(func(n int) obj {
		return obj{"components": arr{obj{"type": 18, "label": "l", "description": x(n), "component": input(nil)}}}
	}),
	"input.label":       opening(func(n int) obj { return obj{"components": arr{row(input(obj{"label": x(n)}))}} }),
	"input.max_length":  opening(func(n int) obj { return obj{"components": arr{label(input(obj{"max_length": n}))}} }),
	"input.value":       opening(func(n int) obj { return obj{"components": arr{label(input(obj{"value": x(n)}))}} }),
	"input.placeholder": opening(func(n int) obj { return obj{"components": arr{label(input(obj{"placeholder": x(n)}))}} }),
	"upload.max_values": opening(func(n int) obj {
		return obj{"components": arr{label(obj{"type": 19, "custom_id": "f", "max_values": n})}}
	}),

	"autocomplete.choices": suggesting(func(n int) arr {
		return many(n, func(i int) any { return obj{"name": fmt.Sprint(i), "value": fmt.Sprint(i)} })
	}),
	"autocomplete.name":  suggesting(func(n int) arr { return arr{obj{"name": x(n), "value": "v"}} }),
	"autocomplete.value": suggesting(func(n int) arr { return arr{obj{"name": "n", "value": x(n)}} }),

	"thread.name": func(t *testing.T, s *Server, n int) string {
		id := s.Message(Said{Channel: General, Text: "t"})
		return refusal(rest(t, s, "POST", "/channels/"+General+"/messages/"+id+"/threads", obj{"name": x(n)}))
	},
	"thread.tags": func(t *testing.T, s *Server, n int) string {
		var tags []Tag
		for i := range n {
			tags = append(tags, Tag{ID: fmt.Sprint(i + 1), Name: "t"})
		}
		s.AddChannel(Channel{ID: "1100000000000000399", Guild: Acme, Name: "f", Kind: ForumChannel, Tags: tags})
		return refusal(rest(t, s, "POST", "/channels/1100000000000000399/threads", obj{"name": "n", "message": quietly(obj{"content": "c"}),
			"applied_tags": many(n, func(i int) any { return fmt.Sprint(i + 1) })}))
	},

	"commands.chat": registering(func(n int) arr {
		return many(n, func(i int) any { return slash(obj{"name": fmt.Sprint("c", i)}) })
	}),
	"commands.user": registering(func(n int) arr {
		return many(n, func(i int) any { return obj{"name": fmt.Sprint("C ", i), "type": 2} })
	}),
	"commands.message": registering(func(n int) arr {
		return many(n, func(i int) any { return obj{"name": fmt.Sprint("C ", i), "type": 3} })
	}),
	"command.name":        registering(func(n int) arr { return arr{slash(obj{"name": x(n)})} }),
	"command.description": registering(func(n int) arr { return arr{slash(obj{"description": x(n)})} }),
	"command.options": registering(func(n int) arr {
		return arr{slash(obj{"options": many(n, func(i int) any { return opt(fmt.Sprint("o", i), nil) })})}
	}),
	"command.subcommands": registering(func(n int) arr {
		return arr{slash(obj{"options": many(n, func(i int) any { return opt(fmt.Sprint("o", i), obj{"type": 1}) })})}
	}),
	"command.choices": registering(func(n int) arr {
		return arr{slash(obj{"options": arr{opt("o", obj{"choices": many(n, func(i int) any {
			return obj{"name": fmt.Sprint(i), "value": fmt.Sprint(i)}
		})})}})}
	}),
	"command.choice.name": registering(func(n int) arr {
		return arr{slash(obj{"options": arr{opt("o", obj{"choices": arr{obj{"name": x(n), "value": "v"}}})}})}
	}),
	"command.choice.value": registering(func(n int) arr {
		return arr{slash(obj{"options": arr{opt("o", obj{"choices": arr{obj{"name": "n", "value": x(n)}}})}})}
	}),
	"command.max_length": registering(func(n int) arr {
		return arr{slash(obj{"options": arr{opt("o", obj{"max_length": n})}})}
	}),
	"command.total": registering(func(n int) arr {
		left := n - 2 // the command's own name and description
		options := arr{}
		for i := 0; left > 0; i++ {
			o := opt(fmt.Sprintf("o%02d", i), nil)
			choices := arr{}
			left -= 3 + 1
			for j := 0; j < 25 && left > 0; j++ {
				name := fmt.Sprintf("%03d", j)
				size := min(103, left)
				if left-size > 0 && left-size < 8 {
					size -= 8
				}
				choices = append(choices, obj{"name": name, "value": x(size - 3)})
				left -= size
			}
			o["choices"] = choices
			options = append(options, o)
		}
		return arr{slash(obj{"options": options})}
	}),
	"history.limit": func(t *testing.T, s *Server, n int) string {
		return refusal(rest(t, s, "GET", "/channels/"+General+"/messages?limit="+fmt.Sprint(n), nil))
	},
	"followups.user_install": func(t *testing.T, s *Server, n int) string {
		s.AddGuild(Guild{ID: Globex, Name: "Globex", Owner: Bob, NoBot: true})
		s.AddChannel(Channel{ID: "1100000000004194501", Guild: Globex, Name: "g"})
		s.mu.Lock()
		in, p, err := s.newInteraction(interactionCommand, Bob, "1100000000004194501", nil)
		s.mu.Unlock()
		if err != nil || p["authorizing_integration_owners"].(obj)["1"] != Bob {
			t.Fatal(err, p)
		}
		must(t, s, "POST", "/interactions/"+in.id+"/"+in.token+"/callback", obj{"type": 4, "data": quietly(obj{"content": "c", "flags": 64})})
		for range n - 1 {
			must(t, s, "POST", "/webhooks/"+App+"/"+in.token, quietly(obj{"content": "c", "flags": 64}))
		}
		return refusal(rest(t, s, "POST", "/webhooks/"+App+"/"+in.token, quietly(obj{"content": "c", "flags": 64})))
	},
	"gateway.payload": func(t *testing.T, s *Server, n int) string {
		k := dial(t, s, "/gateway/")
		head := `{"op":1,"d":null,"x":"`
		if err := k.ws.WriteMessage(1, []byte(head+x(n-len(head)-2)+`"}`)); err != nil {
			t.Fatal(err)
		}
		return ackOrClosed(k)
	},
	"gateway.sends": func(t *testing.T, s *Server, n int) string {
		k := dial(t, s, "/gateway/")
		for range n - 1 {
			k.send(1, nil)
			k.op(11)
		}
		k.send(1, nil)
		return ackOrClosed(k)
	},
}

func ackOrClosed(k *socket) string {
	if e, err := k.next(); err == nil && e.Op == 11 {
		return ""
	} else if err != nil {
		return err.Error()
	}
	return fmt.Sprint("closed with ", k.closed())
}

// refusals is what a limit that is not one of a form is refused with.
var refusals = map[string]string{"followups.user_install": "40094", "gateway.payload": "4002", "gateway.sends": "4008"}

// TestLimits probes each limit at the limit and one over.
func TestLimits(t *testing.T) {
	t.Parallel()
	for _, l := range Limits {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			p, ok := probes[l.Name]
			if !ok {
				t.Fatal("nothing probes it")
			}
			if got := p(t, Start(t, Options{}), l.At); got != "" {
				t.Errorf("at %d: %s", l.At, got)
			}
			want := `50035 `
			code := fmt.Sprintf("%q", l.Error)
			if l.Error == "" {
				want, code = refusals[l.Name], ""
			}
			if got := p(t, Start(t, Options{}), l.At+1); !strings.Contains(got, want) || !strings.Contains(got, code) {
				t.Errorf("at %d: %q, want %s with %s", l.At+1, got, want, code)
			}
		})
	}
	for name := range probes {
		limit(name) // panics when there is no such limit
	}
}

// TestCharacters checks that they are counted as UTF-16 units.
func TestCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "👀": 2, "\xff": 1} {
		if got := fake.Length(text); got != want || got < utf8.RuneCountInString(text) {
			t.Errorf("fake.Length(%q) = %d, want %d", text, got, want)
		}
	}
	s := Start(t, Options{})
	if a := rest(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": strings.Repeat("👀", 1000)})); a.status != 200 {
		t.Errorf("1,000 pairs = %d %s", a.status, a.raw)
	}
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": strings.Repeat("👀", 1001)})), 400, 50035)
}

// TestStrict checks that what is not documented is refused.
func TestStrict(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	button := func(more obj) obj {
		o := obj{"type": 2, "style": 1, "label": "b", "custom_id": "a"}
		for k, v := range more {
			if o[k] = v; v == nil {
				delete(o, k)
			}
		}
		return o
	}
	for name, body := range map[string]obj{
		"an unknown component":        {"components": arr{row(obj{"type": 99})}},
		"a component outside a row":   {"components": arr{button(nil)}},
		"an unknown property":         {"components": arr{row(button(obj{"colour": 1}))}},
		"a custom_id that is twice":   {"components": arr{row(button(nil), button(nil))}},
		"a link with a custom_id":     {"components": arr{row(button(obj{"style": 5, "url": "https://e.example/"}))}},
		"a link without an address":   {"components": arr{row(button(obj{"style": 5, "custom_id": nil}))}},
		"a button without a label":    {"components": arr{row(button(obj{"label": nil}))}},
		"a button of no style":        {"components": arr{row(button(obj{"style": 9}))}},
		"an empty row":                {"components": arr{row()}},
		"a select beside a button":    {"components": arr{row(button(nil), obj{"type": 3, "custom_id": "s", "options": arr{option(1)}})}},
		"an option's value twice":     {"components": arr{row(obj{"type": 3, "custom_id": "s", "options": arr{option(1), option(1)}})}},
		"an unknown embed property":   {"embeds": arr{obj{"title": "t", "colour": 1}}},
		"an empty field":              {"embeds": arr{obj{"fields": arr{obj{"name": "n", "value": " "}}}}},
		"an empty embed":              {"embeds": arr{obj{}}},
		"a colour out of range":       {"embeds": arr{obj{"title": "t", "color": 0x1000000}}},
		"an address that is none":     {"embeds": arr{obj{"title": "t", "url": "javascript:x"}}},
		"a number as content":         {"content": 5},
		"an ephemeral plain message":  {"content": "c", "flags": 64},
		"components that are no list": {"components": obj{}},
	} {
		if a := rest(t, s, "POST", "/channels/"+General+"/messages", quietly(body)); a.status != 400 || a.code() != 50035 || a.obj["errors"] == nil {
			t.Errorf("%s: %d %s, want 50035 with errors", name, a.status, a.raw)
		}
	}
	for name, c := range map[string]any{
		"an upper-case name":           slash(obj{"name": "Authfix"}),
		"a name with a space":          slash(obj{"name": "auth fix"}),
		"no description":               obj{"name": "c"},
		"a message command with one":   obj{"name": "Diagnose this", "type": 3, "description": "d"},
		"an optional before required":  slash(obj{"options": arr{opt("a", nil), opt("b", obj{"required": true})}}),
		"a subcommand beside a string": slash(obj{"options": arr{opt("a", obj{"type": 1}), opt("b", nil)}}),
		"two options of one name":      slash(obj{"options": arr{opt("a", nil), opt("a", nil)}}),
		"choices and autocomplete":     slash(obj{"options": arr{opt("a", obj{"autocomplete": true, "choices": arr{obj{"name": "n", "value": "v"}}})}}),
		"an unknown option type":       slash(obj{"options": arr{opt("a", obj{"type": 12})}}),
		"an unknown property":          slash(obj{"colour": 1}),
	} {
		if a := rest(t, s, "PUT", "/applications/"+App+"/commands", arr{c}); a.status != 400 || a.code() != 50035 {
			t.Errorf("%s: %d %s, want 50035", name, a.status, a.raw)
		}
	}
	if got := s.Commands(""); len(got) != 0 {
		t.Errorf("commands = %v, want none", got)
	}
}
