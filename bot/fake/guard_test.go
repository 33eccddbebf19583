package fake

import (
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const secret = "s3cret&word"

func TestLeaks(t *testing.T) {
	t.Parallel()
	s, core := start(t, Config{Read: html.UnescapeString}, func(http.ResponseWriter, *http.Request) {})
	if core.Leaks(secret) {
		t.Error("nothing was planted")
	}
	s.Plant(secret, secret, "abc")
	for _, c := range []struct {
		what, text string
		want       bool
	}{
		{"plain", "it is " + secret + ".", true},
		{"as the platform escapes it", "s3cret&amp;word", true},
		{"in a query", "q=s3cret%26word", true},
		{"in JSON", `{"a":[{"b":"s3cret\u0026word"}]}`, true},
		{"divided", `["s3cret","&word"]`, true},
		{"divided among one key's texts", `[{"text":"s3cret","type":"bold"},{"text":"&word","type":"plain"}]`, true},
		{"short", "abc", false},
		{"another", `{"a":"s3cret","z":"word"}`, false},
	} {
		if got := core.Leaks(c.text); got != c.want {
			t.Errorf("%s: Leaks(%q) = %v, want %v", c.what, c.text, got, c.want)
		}
	}
}

func TestCheckLog(t *testing.T) {
	t.Parallel()
	s, _ := start(t, Config{Shows: func(line string) string {
		if strings.Contains(line, "xoxb-") {
			return "a token"
		}
		return ""
	}}, func(http.ResponseWriter, *http.Request) {})
	s.Plant(secret)
	log := "fine\nholds " + secret + "\r\nholds xoxb-1"
	got, err := s.CheckLog("the log", strings.NewReader(log))
	if err != nil || string(got) != log {
		t.Errorf("CheckLog = %q, %v", got, err)
	}
	v := s.Violations()
	if len(v) != 2 || v[0].String() != "secret: the log: line 2 holds a planted secret" || v[1].String() != "token: the log: line 3 holds a token" {
		t.Errorf("violations = %v", v)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	var l Faults[string]
	every := func(string) bool { return true }
	if f := l.Take(every); f != nil {
		t.Errorf("an empty list has %q", *f)
	}
	l.Add("twice", 2)
	remove := l.Add("always", -1)
	l.Add("once", 0)
	l.Add("elsewhere", 1)
	var got []string
	for range 3 {
		got = append(got, *l.Take(func(f string) bool { return f != "elsewhere" }))
	}
	remove()
	for f := l.Take(every); f != nil; f = l.Take(every) {
		got = append(got, *f)
	}
	if got := strings.Join(got, " "); got != "once always always elsewhere twice twice" {
		t.Errorf("faults were taken as %s", got)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s, core := start(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			HangUp(w)
			return
		}
		Page(w, http.StatusBadGateway, "")
	})
	if status, err := get(t, s.URL+"/cut"); err == nil {
		t.Errorf("a connection that was cut: status %d", status)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	status, _, body, err := core.Deliver(r, 16)
	if err != nil || status != http.StatusBadGateway || string(body) != "<html><body>502 " {
		t.Errorf("Deliver = %d, %q, %v", status, body, err)
	}
	begin := time.Now()
	core.Pause(httptest.NewRequest(http.MethodGet, "/", nil), 20*time.Millisecond)
	if d := time.Since(begin); d < 20*time.Millisecond {
		t.Errorf("a pause of 20 ms took %v", d)
	}
	s.Close()
	core.Pause(httptest.NewRequest(http.MethodGet, "/", nil), time.Hour)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	type limit struct {
		name string
		at   int
	}
	table := NewTable([]limit{{"text", 3}}, func(l limit) string { return l.name })
	if got := table.Get("text").at; got != 3 {
		t.Errorf("the limit is %d, want 3", got)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a limit that there is not was given")
			}
		}()
		table.Get("texts")
	}()
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "😀": 2, "\xff": 1} {
		if got := Length(text); got != want {
			t.Errorf("Length(%q) = %d, want %d", text, got, want)
		}
	}
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"a😀b", 2, "a"}, {"a😀b", 3, "a😀"}, {"éé", 1, "é"}} {
		if got := Cut(c.text, c.n); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
	if got := Copies([]*int{new(int)}); len(got) != 1 || got[0] != 0 {
		t.Errorf("Copies = %v", got)
	}
}
