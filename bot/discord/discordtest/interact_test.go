package discordtest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// An app answers interactions of the gateway with what a test says.
type app struct {
	s      *Server
	k      *socket
	heard  chan map[string]any
	answer func(in map[string]any) any // nil: no answer
}

func startApp(t *testing.T, s *Server, answer func(in map[string]any) any) *app {
	t.Helper()
	a := &app{s: s, heard: make(chan map[string]any, 16), answer: answer}
	k, _ := connect(t, s, allIntents)
	a.k = k
	k.event("GUILD_CREATE")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			e, err := k.next()
			if err != nil {
				return
			}
			if e.T != "INTERACTION_CREATE" {
				continue
			}
			a.heard <- e.D
			if body := a.answer(e.D); body != nil {
				rest(t, s, "POST", "/interactions/"+text(e.D["id"])+"/"+text(e.D["token"])+"/callback", body)
			}
		}
	}()
	t.Cleanup(func() { _ = k.ws.Close(); <-done })
	return a
}

func saying(content string, flags int) func(map[string]any) any {
	return func(map[string]any) any {
		return obj{"type": answerMessage, "data": quietly(obj{"content": content, "flags": flags})}
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, saying("answer", 64))
	must(t, s, "PUT", "/applications/"+App+"/commands", arr{obj{"name": "authfix", "description": "d", "options": arr{
		obj{"type": 1, "name": "diagnose", "description": "d", "options": arr{opt("text", obj{"required": true}), opt("file", obj{"type": 11}),
			opt("product", obj{"choices": arr{obj{"name": "Jira", "value": "jira"}}}), opt("n", obj{"type": 4})}}},
		"default_member_permissions": nil}, obj{"name": "admin", "description": "d", "default_member_permissions": "32", "contexts": arr{0}}})
	r := s.Command(Alice, General, "authfix diagnose", map[string]any{"text": "a\nb", "file": File{Name: "log.txt", Content: []byte("log")}, "product": "jira", "n": 3})
	if !r.Acked || r.Err != nil || r.Type != answerMessage || r.Took <= 0 {
		t.Fatalf("result = %+v", r)
	}
	in := <-a.heard
	data := in["data"].(obj)
	sub := list(data["options"])[0]
	values := list(sub["options"])
	if data["name"] != "authfix" || sub["name"] != "diagnose" || len(values) != 4 || values[0]["value"] != "a b" || in["guild_id"] != Acme || in["member"].(obj)["permissions"] == nil {
		t.Errorf("interaction = %v", in)
	}
	file := data["resolved"].(obj)["attachments"].(obj)[text(values[1]["value"])].(obj)
	if got := get(t, s, text(file["url"])); string(got.raw) != "log" {
		t.Errorf("the attachment = %s", got.raw)
	}
	if got := s.Ephemerals(Alice); len(got) != 1 || got[0].Text != "answer" || got[0].ID != r.Message || got[0].Type != 20 {
		t.Errorf("ephemerals = %+v", got)
	}
	if len(s.Messages(General)) != 0 || len(s.Ephemerals(Bob)) != 0 {
		t.Error("others see the ephemeral answer")
	}
	wantCode(t, rest(t, s, "GET", "/channels/"+General+"/messages/"+r.Message, nil), 404, 10008)
	for name, r := range map[string]Result{
		"an unknown command":    s.Command(Alice, General, "other", nil),
		"an unknown subcommand": s.Command(Alice, General, "authfix other", nil),
		"no required option":    s.Command(Alice, General, "authfix diagnose", nil),
		"an unknown option":     s.Command(Alice, General, "authfix diagnose", map[string]any{"text": "t", "x": "y"}),
		"no such choice":        s.Command(Alice, General, "authfix diagnose", map[string]any{"text": "t", "product": "x"}),
		"without permission":    s.Command(Alice, General, "admin", nil),
		"not in direct":         s.Command(Alice, s.DM(Alice), "admin", nil),
		"no channel":            s.Command(Owner, "1", "authfix", nil),
	} {
		if r.Err == nil || r.Acked {
			t.Errorf("%s: %+v, want an error", name, r)
		}
	}
	if r := s.Command(Admin, General, "admin", nil); !r.Acked {
		t.Errorf("an administrator's command: %+v", r)
	}
	quiet(t, s)
}

func TestDeferredAnswers(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, func(map[string]any) any { return obj{"type": answerDefer, "data": obj{"flags": 64}} })
	r := s.Command(Alice, General, "authfix", map[string]any{"text": "t"})
	token := text((<-a.heard)["token"])
	if got := s.Ephemerals(Alice); len(got) != 1 || !got[0].Loading {
		t.Fatalf("ephemerals = %+v, want one that loads", got)
	}
	hook := "/webhooks/" + App + "/" + token
	first := must(t, s, "POST", hook, quietly(obj{"content": "one"})) // without the flag: fixed at the defer
	if first.id() != r.Message {
		t.Error("the first follow-up did not fill the deferred answer")
	}
	second := must(t, s, "POST", hook, quietly(obj{"content": "two", "flags": 64}))
	if got := s.Ephemerals(Alice); len(got) != 2 || got[0].Text != "one" || got[0].Loading || got[1].Text != "two" {
		t.Errorf("ephemerals = %+v", got)
	}
	must(t, s, "PATCH", hook+"/messages/@original", quietly(obj{"content": "better"}))
	must(t, s, "PATCH", hook+"/messages/"+second.id(), quietly(obj{"content": "too"}))
	if got := s.Ephemerals(Alice); got[0].Text != "better" || got[1].Text != "too" || len(got[0].Edits) != 1 {
		t.Errorf("edited = %+v", got)
	}
	if got := must(t, s, "GET", hook+"/messages/@original", nil); got.obj["content"] != "better" {
		t.Errorf("@original = %s", got.raw)
	}
	must(t, s, "DELETE", hook+"/messages/"+second.id(), nil)
	if got := s.Ephemerals(Alice); len(got) != 1 {
		t.Errorf("after deletion = %+v", got)
	}
	wantCode(t, rest(t, s, "GET", "/webhooks/1/"+token+"/messages/@original", nil), 404, 10015)
	wantCode(t, rest(t, s, "POST", "/webhooks/"+App+"/wrong", quietly(obj{"content": "x"})), 401, 50027)
	s.Advance(15 * time.Minute)
	wantCode(t, rest(t, s, "POST", hook, quietly(obj{"content": "late"})), 401, 50027)
	quiet(t, s)
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{AckWithin: 50 * time.Millisecond})
	a := startApp(t, s, func(map[string]any) any { return nil })
	if r := s.Command(Alice, General, "authfix", nil); r.Acked || r.Err == nil || r.Took < 50*time.Millisecond {
		t.Errorf("an unanswered command: %+v", r)
	}
	in := <-a.heard
	path := "/interactions/" + text(in["id"]) + "/" + text(in["token"])
	wantCode(t, rest(t, s, "POST", "/webhooks/"+App+"/"+text(in["token"]), quietly(obj{"content": "x"})), 404, 10015)
	wantCode(t, rest(t, s, "POST", path+"/callback", obj{"type": 5}), 404, 10062)
	wantCode(t, rest(t, s, "POST", path+"x/callback", obj{"type": 5}), 404, 10062)
}

func TestAnswersOfTheRightType(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	m := must(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "c", "components": arr{row(obj{"type": 2, "style": 1, "label": "b", "custom_id": "a"})}}))
	try := func(kind, answer int, data obj) answeredAt {
		s.mu.Lock()
		var on *Message
		if kind == interactionComponent {
			on = s.byID[m.id()]
		}
		in, _, err := s.newInteraction(kind, Alice, General, on)
		s.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		path := "/interactions/" + in.id + "/" + in.token + "/callback"
		return answeredAt{rest(t, s, "POST", path, obj{"type": answer, "data": data}), path}
	}
	modal := obj{"title": "t", "custom_id": "c", "components": arr{label(input(nil))}}
	message := quietly(obj{"content": "c"})
	choices := obj{"choices": arr{obj{"name": "n", "value": "v"}}}
	for _, c := range []struct {
		kind, answer int
		data         obj
		ok           bool
	}{
		{interactionCommand, answerMessage, message, true}, {interactionCommand, answerDefer, nil, true}, {interactionCommand, answerDeferUpdate, nil, false},
		{interactionCommand, answerUpdate, message, false}, {interactionCommand, answerChoices, choices, false}, {interactionCommand, answerModal, modal, true},
		{interactionComponent, answerDeferUpdate, nil, true}, {interactionComponent, answerUpdate, message, true}, {interactionComponent, answerModal, modal, true},
		{interactionAutocomplete, answerChoices, choices, true}, {interactionAutocomplete, answerMessage, message, false},
		{interactionModal, answerModal, modal, false}, {interactionModal, answerMessage, message, true}, {interactionCommand, answerPong, nil, false},
		{interactionCommand, answerDefer, obj{"flags": 4}, false}, {interactionCommand, 12345, nil, false},
	} {
		got := try(c.kind, c.answer, c.data)
		if (got.status == 204) != c.ok || !c.ok && got.code() != 50035 {
			t.Errorf("type %d to an interaction of type %d = %d %s, want it accepted: %v", c.answer, c.kind, got.status, got.raw, c.ok)
		}
		if c.ok {
			wantCode(t, rest(t, s, "POST", got.path, obj{"type": c.answer, "data": c.data}), 400, 40060)
		}
	}
	wantRule(t, s, RuleAnswer)
}

type answeredAt struct {
	answer
	path string
}

func TestButtonsAndModals(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	modal := obj{"title": "Paste", "custom_id": "form", "components": arr{
		label(input(obj{"custom_id": "text", "max_length": 10})),
		obj{"type": 18, "label": "Files", "component": obj{"type": 19, "custom_id": "files", "required": false}},
		label(obj{"type": 3, "custom_id": "product", "required": false, "options": arr{option(0), option(1)}}),
	}}
	a := startApp(t, s, func(in map[string]any) any {
		switch integer(in["type"]) {
		case interactionModal:
			return obj{"type": answerDefer, "data": obj{"flags": 64}}
		case interactionComponent:
			if in["data"].(obj)["custom_id"] == "more" {
				return obj{"type": answerModal, "data": modal}
			}
			return obj{"type": answerUpdate, "data": quietly(obj{"content": "noted", "components": arr{}})}
		}
		return nil
	})
	m := must(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "c", "components": arr{
		row(obj{"type": 2, "style": 1, "label": "More", "custom_id": "more"}, obj{"type": 2, "style": 2, "label": "Off", "custom_id": "off", "disabled": true},
			obj{"type": 2, "style": 5, "label": "Link", "url": "https://e.example/"}),
		row(obj{"type": 3, "custom_id": "pick", "placeholder": "Pick", "options": arr{option(0), option(1)}})}}))
	if r := s.Click(Bob, m.id(), "More"); !r.Acked || r.Modal == nil || r.Modal.ID != "form" || !strings.Contains(r.Modal.Shown(), "Paste\n") {
		t.Fatalf("click = %+v", r)
	}
	if in := <-a.heard; in["message"].(obj)["id"] != m.id() || in["data"].(obj)["custom_id"] != "more" {
		t.Errorf("interaction = %v", in)
	}
	for name, values := range map[string]map[string]any{
		"nothing": {}, "too much": {"text": "12345678901"}, "another input": {"text": "t", "x": "y"},
	} {
		if r := s.Submit(Bob, values); r.Err == nil {
			t.Errorf("a modal with %s was submitted", name)
		}
	}
	if r := s.Submit(Bob, map[string]any{"text": "a\nb", "files": []File{{Name: "f", Content: []byte("f")}}, "product": "1"}); !r.Acked {
		t.Fatalf("submit = %+v", r)
	}
	in := <-a.heard
	data := in["data"].(obj)
	all := list(data["components"])
	first, files := all[0]["component"].(obj), all[1]["component"].(obj)
	if data["custom_id"] != "form" || first["value"] != "a\nb" || len(files["values"].([]any)) != 1 || in["message"] == nil || data["resolved"] == nil {
		t.Errorf("submission = %v", in)
	}
	if _, open := s.Modal(Bob); open {
		t.Error("the modal is still open")
	}
	for name, r := range map[string]Result{
		"a disabled button": s.Click(Bob, m.id(), "Off"), "a link": s.Click(Bob, m.id(), "Link"), "no button": s.Click(Bob, m.id(), "None"),
		"no option": s.Choose(Bob, m.id(), "pick", "9"), "no modal": s.Submit(Bob, nil),
	} {
		if r.Err == nil {
			t.Errorf("%s: %+v, want an error", name, r)
		}
	}
	if r := s.Choose(Bob, m.id(), "Pick", "o1"); !r.Acked || r.Message != m.id() {
		t.Errorf("choose = %+v", r)
	}
	if in := <-a.heard; in["data"].(obj)["values"].([]any)[0] != "1" {
		t.Errorf("interaction = %v", in)
	}
	if got, _ := s.MessageByID(m.id()); got.Text != "noted" || len(got.Components) != 0 || len(got.Edits) != 1 {
		t.Errorf("the updated message = %+v", got)
	}
	if r := s.Press(Bob, m.id(), "v0:old"); !r.Acked {
		t.Errorf("a press of an old button = %+v", r)
	}
	quiet(t, s)
}

func TestMessageCommandAndAutocomplete(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoMessageContent: true})
	k, _ := connect(t, s, intentGuilds)
	k.event("GUILD_CREATE")
	id := s.Message(Said{Channel: General, Text: "fails with 401", Files: []File{{Name: "a", Content: []byte("a")}}})
	done := make(chan Result, 1)
	go func() { done <- s.MessageCommand(Bob, id, "Diagnose this") }()
	in := k.event("INTERACTION_CREATE")
	data := in["data"].(obj)
	target := data["resolved"].(obj)["messages"].(obj)[text(data["target_id"])].(obj)
	if integer(data["type"]) != 3 || target["content"] != "fails with 401" || len(list(target["attachments"])) != 1 {
		t.Errorf("message command = %v, want the target complete without the intent", in)
	}
	must(t, s, "POST", "/interactions/"+text(in["id"])+"/"+text(in["token"])+"/callback", saying("seen", 64)(nil))
	if r := <-done; !r.Acked {
		t.Errorf("result = %+v", r)
	}
	go func() { done <- s.Autocomplete(Bob, General, "authfix show", "id", "oau", nil) }()
	in = k.event("INTERACTION_CREATE")
	o := list(list(in["data"].(obj)["options"])[0]["options"])[0]
	if integer(in["type"]) != 4 || o["focused"] != true || o["value"] != "oau" {
		t.Errorf("autocomplete = %v", in)
	}
	must(t, s, "POST", "/interactions/"+text(in["id"])+"/"+text(in["token"])+"/callback", obj{"type": 8, "data": obj{"choices": arr{obj{"name": "OAuth", "value": "oauth"}}}})
	if r := <-done; len(r.Choices) != 1 || r.Choices[0] != (Option{"OAuth", "oauth"}) {
		t.Errorf("choices = %+v", r)
	}
	quiet(t, s)
}

func TestInteractionsOverHTTP(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	var verify bool
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		stamp := r.Header.Get("X-Signature-Timestamp")
		if verify && (stamp == "" || s.Sign(stamp, body) != r.Header.Get("X-Signature-Ed25519")) {
			http.Error(w, "bad signature", http.StatusUnauthorized)
			return
		}
		var in obj
		_ = json.Unmarshal(body, &in)
		w.Header().Set("Content-Type", "application/json")
		switch integer(in["type"]) {
		case interactionPing:
			_, _ = io.WriteString(w, `{"type":1}`)
		case interactionAutocomplete:
			_, _ = io.WriteString(w, `{"type":4,"data":{"content":"wrong"}}`)
		default:
			_ = json.NewEncoder(w).Encode(saying("answer", 0)(nil))
		}
	}))
	defer web.Close()
	s.SetInteractionsEndpoint(web.URL)
	if err := s.Verify(context.Background()); err == nil || !strings.Contains(err.Error(), "want 401") {
		t.Errorf("an endpoint that checks nothing: %v", err)
	}
	verify = true
	if err := s.Verify(context.Background()); err != nil {
		t.Error(err)
	}
	if r := s.Command(Alice, General, "authfix", nil); !r.Acked || r.Status != 200 || r.Type != answerMessage {
		t.Errorf("result = %+v", r)
	}
	if got := s.Answers(General, ""); len(got) != 1 || got[0].Text != "answer" {
		t.Errorf("answers = %+v", got)
	}
	quiet(t, s)
	if r := s.Autocomplete(Alice, General, "authfix", "id", "x", nil); r.Acked || r.Err == nil {
		t.Errorf("an answer of another type = %+v", r)
	}
	wantRule(t, s, RuleAnswer)
	web.Close()
	if r := s.Command(Alice, General, "authfix", nil); r.Acked || r.Err == nil {
		t.Errorf("an endpoint that is down = %+v", r)
	}
	s.SetInteractionsEndpoint("")
	if r := s.Command(Alice, General, "authfix", nil); r.Err == nil || errors.Is(r.Err, context.Canceled) {
		t.Errorf("without a gateway = %+v", r)
	}
}

// TestUserInstall checks what comes of a guild in which the bot is not.
func TestUserInstall(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	s.AddGuild(Guild{ID: Globex, Name: "Globex", Owner: Bob, NoBot: true})
	const ch = "1100000000004194501"
	s.AddChannel(Channel{ID: ch, Guild: Globex, Name: "g"})
	a := startApp(t, s, saying("answer", 64))
	id := s.Message(Said{Channel: ch, User: Bob, Text: "fails"})
	if r := s.MessageCommand(Bob, id, "Diagnose this"); !r.Acked {
		t.Fatalf("result = %+v", r)
	}
	in := <-a.heard
	if owners := in["authorizing_integration_owners"].(obj); owners["1"] != Bob || owners["0"] != nil || in["guild_id"] != Globex {
		t.Errorf("interaction = %v", in)
	}
	if got := s.Ephemerals(Bob); len(got) != 1 || got[0].Channel != ch {
		t.Errorf("ephemerals = %+v", got)
	}
	wantCode(t, rest(t, s, "GET", "/channels/"+ch+"/messages/"+id, nil), 403, 50001)
	for _, d := range s.Deliveries() {
		if d.Guild == Globex && d.Event != "INTERACTION_CREATE" {
			t.Errorf("%s of a guild in which the bot is not", d.Event)
		}
	}
	quiet(t, s)
}
