package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"authfix/bot"
)

// An endpoint is the platform's endpoint on a port, and Discord's key.
type endpoint struct {
	*interactionWorld
	url string
	key ed25519.PrivateKey
}

func newEndpoint(t *testing.T, d Deps, accept bot.Accepter) *endpoint {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &endpoint{key: private}
	e.interactionWorld = newInteractionWorld(t, d, Config{PublicKey: hex.EncodeToString(public)}, accept)
	server := httptest.NewServer(e.Handler())
	t.Cleanup(server.Close)
	e.url = server.URL + "/discord/interactions"
	return e
}

// signed is a request as Discord makes it.
func (e *endpoint) signed(t *testing.T, body []byte, at time.Time) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature-Timestamp", stamp)
	r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(e.key, append([]byte(stamp), body...))))
	return r
}

// answerTo is the status, the body and the type of the content of an answer.
func answerTo(t *testing.T, r *http.Request) (int, string, string) {
	t.Helper()
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, strings.TrimSpace(string(data)), got.Header.Get("Content-Type")
}

func TestEndpoint(t *testing.T) {
	e := newEndpoint(t, Deps{Commands: testCommands, Suggest: func(context.Context, bot.Message) ([]bot.Choice, error) { return []bot.Choice{{ID: "app"}}, nil }}, nil)
	for _, x := range []struct {
		name string
		body []byte
		want string
	}{
		{"a probe", []byte(`{"type":1,"id":"1","application_id":"1"}`), `{"type":1}`},
		{"a command", interactionOf(t, 2, object{"data": sub("stats")}), `{"type":5,"data":{"flags":64}}`},
		{"a button", interactionOf(t, 3, object{"data": object{"custom_id": "v1::help"}, "message": object{"id": testMessage}}), `{"type":6}`},
		{"what is typed", interactionOf(t, 4, object{"data": sub("show", typing("id", 3, "a"))}), `{"type":8,"data":{"choices":[{"name":"app","value":"app"}]}}`},
		{"a form", interactionOf(t, 5, object{"data": object{"custom_id": "diagnose", "components": []object{}}}), `{"type":5,"data":{"flags":64}}`},
	} {
		status, got, kind := answerTo(t, e.signed(t, x.body, time.Now()))
		if status != http.StatusOK || got != x.want || !strings.HasPrefix(kind, "application/json") {
			t.Errorf("%s: answered with %d, %s %s, want %s", x.name, status, kind, got, x.want)
		}
	}
	if len(e.heard) != 3 {
		t.Errorf("%d messages were heard, want 3", len(e.heard))
	}
	if len(e.calls) != 0 {
		t.Errorf("called %+v, and the answers are in the bodies", e.calls)
	}
	if status, _, _ := answerTo(t, e.signed(t, interactionOf(t, 9, nil), time.Now())); status != http.StatusBadRequest {
		t.Errorf("an interaction of a new type: answered with %d, want 400", status)
	}
	if status, got, _ := answerTo(t, e.signed(t, []byte(`{"type":2`), time.Now())); status != http.StatusOK || !strings.Contains(got, textNotTaken) {
		t.Errorf("no JSON: answered with %d %s", status, got)
	}
}

// TestEndpointTwice has one interaction come twice: both times the desk decides
// what the answer is.
func TestEndpointTwice(t *testing.T) {
	e := newEndpoint(t, Deps{Commands: testCommands}, nil)
	body := interactionOf(t, 2, object{"data": sub("stats")})
	_, first, _ := answerTo(t, e.signed(t, body, time.Now()))
	_, second, _ := answerTo(t, e.signed(t, body, time.Now()))
	if first != second || len(e.heard) != 2 || e.heard[0].Delivery != e.heard[1].Delivery {
		t.Errorf("answered with %s and %s, heard %d", first, second, len(e.heard))
	}
}

func TestRefusedRequests(t *testing.T) {
	e := newEndpoint(t, Deps{Commands: testCommands}, nil)
	body := []byte(`{"type":1}`)
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, x := range []struct {
		name   string
		change func(r *http.Request)
		want   int
	}{
		{"no signature", func(r *http.Request) { r.Header.Del("X-Signature-Ed25519") }, 401},
		{"no time", func(r *http.Request) { r.Header.Del("X-Signature-Timestamp") }, 401},
		{"another time", func(r *http.Request) {
			r.Header.Set("X-Signature-Timestamp", strconv.FormatInt(now.Unix()+1, 10))
		}, 401},
		{"no number", func(r *http.Request) { r.Header.Set("X-Signature-Timestamp", "now") }, 401},
		{"no digits", func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", strings.Repeat("z", 128)) }, 401},
		{"a short signature", func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", "00") }, 401},
		{"zeros", func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", strings.Repeat("0", 128)) }, 401},
		{"a stranger", func(r *http.Request) {
			stamp := r.Header.Get("X-Signature-Timestamp")
			r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(stranger, append([]byte(stamp), body...))))
		}, 401},
		{"another body", func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"type":2}`)), 10
		}, 401},
		{"too long, and said so", func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat(" ", maxInteraction+1))), maxInteraction+1
		}, 413},
		{"too long, and not said so", func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat(" ", maxInteraction+1))), -1
		}, 413},
		{"another method", func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0 }, 405},
		{"another path", func(r *http.Request) { r.URL.Path = "/discord/other" }, 404},
	} {
		r := e.signed(t, body, now)
		x.change(r)
		status, got, _ := answerTo(t, r)
		if status != x.want || strings.Contains(got, "{") {
			t.Errorf("%s: answered with %d %s, want %d", x.name, status, got, x.want)
		}
	}
	for _, age := range []time.Duration{6 * time.Minute, -6 * time.Minute} {
		if status, _, _ := answerTo(t, e.signed(t, body, now.Add(-age))); status != 401 {
			t.Errorf("signed %v ago: answered with %d, want 401", age, status)
		}
	}
	if status, _, _ := answerTo(t, e.signed(t, body, now.Add(-4*time.Minute))); status != 200 {
		t.Errorf("signed 4 minutes ago: answered with %d, want 200", status)
	}
	if len(e.heard) != 0 {
		t.Errorf("%d messages were heard", len(e.heard))
	}
}

// TestVerifiedElsewhere has discordgo verify the requests that are taken here.
func TestVerifiedElsewhere(t *testing.T) {
	e := newEndpoint(t, Deps{}, nil)
	r := e.signed(t, []byte(`{"type":1}`), time.Now())
	if !discordgo.VerifyInteraction(r, e.key.Public().(ed25519.PublicKey)) {
		t.Error("discordgo refuses what is signed here")
	}
	r.Header.Set("X-Signature-Ed25519", strings.Repeat("0", 128))
	if discordgo.VerifyInteraction(r, e.key.Public().(ed25519.PublicKey)) {
		t.Error("discordgo takes what is not signed")
	}
}

// TestNoEndpoint is of a platform whose interactions come by the gateway.
func TestNoEndpoint(t *testing.T) {
	w := newInteractionWorld(t, Deps{}, Config{}, nil)
	rw := httptest.NewRecorder()
	w.Handler().ServeHTTP(rw, httptest.NewRequest(http.MethodPost, "/discord/interactions", strings.NewReader(`{"type":1}`)))
	if rw.Code != http.StatusNotFound {
		t.Errorf("answered with %d, want 404", rw.Code)
	}
}

// TestNobodyListens has who uses an interaction be told, before and after the
// program listens.
func TestNobodyListens(t *testing.T) {
	e := newEndpoint(t, Deps{Commands: testCommands}, nil)
	e.ear.Close()
	if status, got, _ := answerTo(t, e.signed(t, []byte(`{"type":1}`), time.Now())); status != 200 || got != `{"type":1}` {
		t.Errorf("a probe: answered with %d %s", status, got)
	}
	if _, got, _ := answerTo(t, e.signed(t, interactionOf(t, 2, object{"data": sub("stats")}), time.Now())); !strings.Contains(got, textAway) || !strings.Contains(got, `"flags":64`) {
		t.Errorf("a command: answered with %s", got)
	}
	if _, got, _ := answerTo(t, e.signed(t, interactionOf(t, 4, object{"data": sub("show", typing("id", 3, "a"))}), time.Now())); got != `{"type":8,"data":{"choices":[]}}` {
		t.Errorf("what is typed: answered with %s", got)
	}
	if len(e.heard) != 0 {
		t.Errorf("%d messages were heard", len(e.heard))
	}
}

// TestEndpointFirst has a reply wait until Discord knows the first answer, which
// stands in the body.
func TestEndpointFirst(t *testing.T) {
	e := newEndpoint(t, Deps{Commands: testCommands}, nil)
	body := interactionOf(t, 2, object{"data": sub("stats")})
	began := time.Now()
	if _, got, _ := answerTo(t, e.signed(t, body, began)); !strings.Contains(got, `"type":5`) {
		t.Fatalf("answered with %s", got)
	}
	e.answering.wait(t.Context(), e.last(t).ReplyTo)
	if took := time.Since(began); took < takenWithin || took > answerWait {
		t.Errorf("the reply waited %v, want %v at least", took, takenWithin)
	}
}

// TestEndpointInTime has a decision that takes long be answered before Discord
// gives up, and its outcome be said afterwards.
func TestEndpointInTime(t *testing.T) {
	t.Parallel()
	decide := make(chan struct{})
	e := newEndpoint(t, Deps{Commands: testCommands}, func(context.Context, bot.Message) (bot.Ack, error) {
		<-decide
		return bot.Ack{}, nil
	})
	began := time.Now()
	status, got, _ := answerTo(t, e.signed(t, interactionOf(t, 2, object{"data": sub("stats")}), began))
	if took := time.Since(began); status != 200 || got != `{"type":5,"data":{"flags":64}}` || took > 2900*time.Millisecond {
		t.Errorf("answered after %v with %d %s", took, status, got)
	}
	close(decide)
	if said := e.next(t); said.body["content"] != textDone {
		t.Errorf("said %v", said.body)
	}
}

// TestSlowBody has a body that does not arrive be given up in time.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, Deps{}, nil)
	r := e.signed(t, []byte(`{"type":1}`), time.Now())
	conn, err := net.Dial("tcp", r.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	began := time.Now()
	_, err = io.WriteString(conn, "POST /discord/interactions HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\nX-Signature-Timestamp: "+r.Header.Get("X-Signature-Timestamp")+
		"\r\nX-Signature-Ed25519: "+r.Header.Get("X-Signature-Ed25519")+"\r\n\r\n{")
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 400" {
		t.Errorf("answered with %q, %v", answer, err)
	}
	if took := time.Since(began); took > answerWithin+5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestAnswersElsewhere has discordgo read the answers with messages and forms.
func TestAnswersElsewhere(t *testing.T) {
	data, err := json.Marshal(privately("It is late."))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type discordgo.InteractionResponseType
		Data struct {
			Content  string
			Flags    discordgo.MessageFlags
			Mentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != discordgo.InteractionResponseChannelMessageWithSource || got.Data.Content != "It is late." || got.Data.Flags != discordgo.MessageFlagsEphemeral ||
		got.Data.Mentions == nil || got.Data.Mentions.Parse == nil || len(got.Data.Mentions.Parse) != 0 || got.Data.Mentions.RepliedUser {
		t.Errorf("discordgo reads %s as %+v", data, got)
	}
	for kind, want := range map[int]discordgo.InteractionResponseType{answerPong: discordgo.InteractionResponsePong, answerDefer: discordgo.InteractionResponseDeferredChannelMessageWithSource,
		answerNothing: discordgo.InteractionResponseDeferredMessageUpdate, answerComplete: discordgo.InteractionApplicationCommandAutocompleteResult, answerForm: discordgo.InteractionResponseModal} {
		if kind != int(want) {
			t.Errorf("an answer of type %d, want %d", kind, want)
		}
	}
}
