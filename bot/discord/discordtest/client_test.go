package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const userAgent = "DiscordBot (https://authfix.example, 1)"

// answer is what a call got.
type answer struct {
	status int
	header http.Header
	raw    []byte
	obj    map[string]any
	list   []any
}

func (a answer) code() int { return integer(a.obj["code"]) }

func (a answer) id() string { return text(a.obj["id"]) }

// rest calls the API with the bot's token.
func rest(t testing.TB, s *Server, method, path string, body any) answer {
	t.Helper()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	q, err := http.NewRequest(method, s.API()+"api/v10"+path, r)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	q.Header.Set("User-Agent", userAgent)
	if !strings.HasPrefix(path, "/webhooks/") && !strings.HasPrefix(path, "/interactions/") {
		q.Header.Set("Authorization", "Bot "+s.Token())
	}
	return do(t, q)
}

func do(t testing.TB, q *http.Request) answer {
	t.Helper()
	w, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	a := answer{status: w.StatusCode, header: w.Header}
	if a.raw, err = io.ReadAll(w.Body); err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(a.raw, &a.obj)
	_ = json.Unmarshal(a.raw, &a.list)
	return a
}

// must is rest that has to succeed.
func must(t testing.TB, s *Server, method, path string, body any) answer {
	t.Helper()
	a := rest(t, s, method, path, body)
	if a.status/100 != 2 {
		t.Fatalf("%s %s = %d %s", method, path, a.status, a.raw)
	}
	return a
}

func wantCode(t testing.TB, a answer, status, code int) {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Errorf("got %d %s, want %d with the code %d", a.status, a.raw, status, code)
	}
}

// quietly is a body that mentions nobody.
func quietly(o obj) obj {
	o["allowed_mentions"] = obj{"parse": arr{}}
	return o
}

func post(t testing.TB, s *Server, channel, content string) answer {
	t.Helper()
	return must(t, s, "POST", "/channels/"+channel+"/messages", quietly(obj{"content": content}))
}

// quiet fails when there is a violation.
func quiet(t testing.TB, s *Server) {
	t.Helper()
	for _, v := range s.Violations() {
		t.Errorf("violation: %v", v)
	}
}

// wantRule fails unless a rule was violated.
func wantRule(t testing.TB, s *Server, rule string) {
	t.Helper()
	for _, v := range s.Violations() {
		if v.Rule == rule {
			return
		}
	}
	t.Errorf("violations = %v, want one of %q", s.Violations(), rule)
}

const within = 10 * time.Second

// A socket is a client of the gateway that does only what it is told.
type socket struct {
	t   testing.TB
	ws  *websocket.Conn
	seq int64
	got []event
}

type event struct {
	Op int            `json:"op"`
	T  string         `json:"t"`
	S  int64          `json:"s"`
	D  map[string]any `json:"d"`
}

func dial(t testing.TB, s *Server, path string) *socket {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial(s.socketURL(path)+"?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	k := &socket{t: t, ws: ws}
	k.op(10)
	return k
}

func (k *socket) send(op int, d any) {
	k.t.Helper()
	if err := k.ws.WriteJSON(obj{"op": op, "d": d}); err != nil {
		k.t.Fatal(err)
	}
}

// next reads one frame.
func (k *socket) next() (event, error) {
	_ = k.ws.SetReadDeadline(time.Now().Add(within))
	var raw struct {
		Op int             `json:"op"`
		T  string          `json:"t"`
		S  int64           `json:"s"`
		D  json.RawMessage `json:"d"`
	}
	if err := k.ws.ReadJSON(&raw); err != nil {
		return event{}, err
	}
	e := event{Op: raw.Op, T: raw.T, S: raw.S}
	_ = json.Unmarshal(raw.D, &e.D)
	if e.S > 0 {
		k.seq = e.S
	}
	k.got = append(k.got, e)
	return e, nil
}

// op reads until a frame with an opcode.
func (k *socket) op(op int) event {
	k.t.Helper()
	for {
		e, err := k.next()
		if err != nil {
			k.t.Fatalf("waiting for op %d: %v", op, err)
		}
		if e.Op == op {
			return e
		}
	}
}

// event reads until an event.
func (k *socket) event(name string) map[string]any {
	k.t.Helper()
	for {
		e, err := k.next()
		if err != nil {
			k.t.Fatalf("waiting for %s: %v", name, err)
		}
		if e.T == name {
			return e.D
		}
	}
}

// closed reads until the connection is closed, and returns the code.
func (k *socket) closed() int {
	k.t.Helper()
	for {
		if _, err := k.next(); err != nil {
			if e, ok := err.(*websocket.CloseError); ok {
				return e.Code
			}
			return 0
		}
	}
}

const allIntents = intentGuilds | intentMessages | intentDirects | intentContent

func identity(s *Server, intents int, more obj) obj {
	o := obj{"token": s.Token(), "intents": intents, "properties": obj{"os": "linux", "browser": "test", "device": "test"}}
	for k, v := range more {
		o[k] = v
	}
	return o
}

// connect identifies and reads READY.
func connect(t testing.TB, s *Server, intents int) (*socket, map[string]any) {
	t.Helper()
	k := dial(t, s, "/gateway/")
	k.send(2, identity(s, intents, nil))
	ready := k.event("READY")
	return k, ready
}

// upload posts a message with n files.
func upload(t testing.TB, s *Server, channel string, n int) answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("payload_json", `{"content":"c","allowed_mentions":{"parse":[]}}`)
	for i := range n {
		p, err := w.CreateFormFile(fmt.Sprintf("files[%d]", i), "a.txt")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = p.Write([]byte("content"))
	}
	_ = w.Close()
	q, err := http.NewRequest("POST", s.API()+"api/v10/channels/"+channel+"/messages", &b)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", w.FormDataContentType())
	q.Header.Set("User-Agent", userAgent)
	q.Header.Set("Authorization", "Bot "+s.Token())
	return do(t, q)
}

// connectLater is connect after the time between identifies.
func connectLater(t testing.TB, s *Server, intents int) (*socket, map[string]any) {
	t.Helper()
	s.Advance(s.opts.IdentifyEvery)
	return connect(t, s, intents)
}
