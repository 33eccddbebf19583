package scan

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/knowledge"
	"authfix/knowledge/clean"
)

var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func testBase(tb testing.TB) *knowledge.Base {
	tb.Helper()
	b, err := knowledge.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// healthy is an ordinary log of n bytes or a little more, without any failure.
func healthy(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "2026-02-%02d 04:%02d:%02d,%03d+0000 ", i/86400%28+1, i/60%60, i%60, i*37%1000)
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, "indexer-%d INFO [o.e.index.Indexer] %d titles of shelf 12 in %d ms\n", i%4+1, i*3+1, i%977)
		case 1:
			fmt.Fprintf(&b, "exec-%d INFO [o.e.web.Pages] page %d of visitor %d was drawn\n", i%16+1, i, i%250+1)
		case 2:
			fmt.Fprintf(&b, "plugin-scheduler-%d DEBUG [o.e.books.Counter] counted %d shelves in %d rooms\n", i%3, i%9973, i%13)
		case 3:
			fmt.Fprintf(&b, "main WARN [o.e.pool.Pool] %d of %d connections are in use\n", i%40, 50)
		case 4:
			fmt.Fprintf(&b, "worker-%d INFO [o.e.mail.Sender] sent %d messages\n    in %d batches\n", i%7, i%31, i%5)
		}
	}
	return b.Bytes()
}

func packGzip(tb testing.TB, text []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := z.Write(text); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func diagnose(t *testing.T, text []byte) Result {
	t.Helper()
	r, err := Diagnose(context.Background(), testBase(t), knowledge.Input{Now: testNow, Key: testKey}, "jira.log", bytes.NewReader(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var testKey = []byte("0123456789abcdef0123456789abcdef")

// examples are the built-in failure modes' own texts.
func examples(tb testing.TB) []string {
	b := testBase(tb)
	var all []string
	for _, l := range b.List("") {
		m, ok := b.Lookup(l.ID)
		if !ok {
			tb.Fatalf("no %s", l.ID)
		}
		all = append(all, m.Examples.Match...)
		for _, miss := range m.Examples.Miss {
			all = append(all, miss.Text)
		}
	}
	return all
}

// A text that fits in one block gives the diagnosis that Base.Diagnose gives.
func TestSame(t *testing.T) {
	b := testBase(t)
	texts := examples(t)
	if len(texts) < 400 {
		t.Fatalf("only %d examples", len(texts))
	}
	size, step := maxBlock-8<<10, 1
	if racing {
		size, step = 64<<10, 15
	}
	long := string(healthy(size))
	texts = append(texts, long, long+texts[0]+"\n", texts[0]+"\n"+long)
	for i, text := range texts {
		for _, observe := range []knowledge.Observing{knowledge.NotObserved, knowledge.IfSpoken, knowledge.Observed} {
			if i%step != 0 || observe != knowledge.NotObserved && i%10 != 0 {
				continue
			}
			in := knowledge.Input{Now: testNow, Key: testKey, Observe: observe}
			in.Text, in.Source.Name = []byte(text), "jira.log"
			want, err := b.Diagnose(in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Diagnose(context.Background(), b, in, "jira.log", strings.NewReader(text), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.Diagnosis); diff != "" {
				t.Fatalf("%.80q (-Base.Diagnose +scan):\n%s", text, diff)
			}
			if n := len(got.Found); len(want.Candidates) > 0 && n == 0 || got.Texts != 1 || got.Bytes != int64(len(text)) {
				t.Errorf("%.80q: %d failure modes, %d texts, %d bytes", text, n, got.Texts, got.Bytes)
			}
		}
	}
}

// lineOf is the number of the line at an offset.
func lineOf(text []byte, at int) int { return bytes.Count(text[:at], newline) + 1 }

// What an example shows is also found, on its lines, when the example is buried
// in a long log. The yardstick is the example among ordinary lines of a log:
// what these do to it is the engine's affair. Examples that only signatures for
// pastes recognise do not count.
func TestBuried(t *testing.T) {
	b := testBase(t)
	log, most := healthy(20<<20), 2
	if racing {
		log, most = log[:bytes.LastIndexByte(log[:2<<20], '\n')+1], 1
	}
	if r := diagnose(t, log); len(r.Found) > 0 || r.Lines != int64(bytes.Count(log, newline)) || r.Bytes != int64(len(log)) {
		t.Fatalf("the log alone shows %v in %d lines, %d bytes", r.Found, r.Lines, r.Bytes)
	}
	sieve, err := b.Sieve(knowledge.Input{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	context := log[:bytes.Index(log[12<<10:], newline)+12<<10+1]
	// The examples in rounds: of each failure mode one.
	var rounds [][]string
	wants := map[string]string{}
	all, passed := 0, 0
	for _, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		n := 0
		for _, text := range m.Examples.Match {
			all++
			text = strings.TrimRight(text, "\n") + "\n"
			d, err := b.Diagnose(knowledge.Input{Text: slices.Concat(context, []byte(text), context), Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			if !sieve.May([]byte(text)) || len(d.Candidates) == 0 || wants[text] != "" {
				continue
			}
			passed++
			wants[text] = d.Candidates[0].ID
			if n == len(rounds) {
				rounds = append(rounds, nil)
			}
			rounds[n] = append(rounds[n], text)
			n++
		}
	}
	if passed*10 < all*7 {
		t.Errorf("only %d of %d examples are such as stand in logs", passed, all)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for n, round := range rounds[:most] {
		// At random places, but never two in one block.
		round = round[:min(len(round), len(log)/(4*overlapBytes))]
		apart := len(log) / len(round)
		var text []byte
		first := map[string]int{}
		for i, example := range round {
			at := i*apart + rng.IntN(apart-3*overlapBytes)
			at += bytes.Index(log[at:], []byte("\n2026")) + 1
			text = append(text, log[i*apart:at]...)
			if id := wants[example]; first[id] == 0 {
				first[id] = lineOf(text, len(text))
			}
			text = append(append(text, example...), log[at:(i+1)*apart]...)
		}
		for _, in := range [][]byte{text, packGzip(t, text)}[:1+(n+1)/most] {
			got := map[string]Found{}
			for _, f := range diagnose(t, in).Found {
				got[f.ID] = f
			}
			for i, example := range round {
				id := wants[example]
				f := got[id]
				if from := first[id]; f.ID == "" || f.Line < from || f.Line > from+strings.Count(example, "\n")+1 && i == 0 {
					t.Errorf("round %d: %s at line %d is found at %d (%d times): %.100q", n, id, from, f.Line, f.Count, example)
				}
			}
		}
	}
}

const failure = "2026-02-03 04:05:10,299+0000 Caesium-1-2 WARN ServiceRunner [c.a.j.p.d.spi.github.GithubClientWithTimeout] Failed to execute request [GET /users/ORG1234] response code: 401, errors:\nBad credentials (401)\n"

const failureID = "jira-dvcs-github-bad-credentials"

// Whatever a text looks like, the failure in it is found on its line.
func TestShapes(t *testing.T) {
	size := 2 << 20
	if racing {
		size = maxBlock + 64<<10
	}
	log := healthy(size)
	half := log[:size/2+bytes.IndexByte(log[size/2:], '\n')+1]
	log = slices.Concat(half, []byte(failure), log[len(half):])
	line := lineOf(log, len(half))
	long := bytes.ReplaceAll(healthy(size), newline, []byte(" "))
	onOne := slices.Concat([]byte("first\n"), long, []byte(strings.ReplaceAll(failure, "\n", " ")), long, newline)
	cases := map[string]struct {
		text []byte
		line int
	}{
		"log":          {log, line},
		"CRLF":         {bytes.ReplaceAll(log, newline, []byte("\r\n")), line},
		"UTF-8 mark":   {slices.Concat([]byte("\xef\xbb\xbf"), log), line},
		"UTF-16":       {wide(string(log), true), line},
		"UTF-16 plain": {wide(string(log), false), line},
		"Latin-1":      {slices.Concat([]byte("Gr\xfc\xdfe aus K\xf6ln\n"), log), line + 1},
		"NUL bytes":    {slices.Concat(make([]byte, 3<<20), log), line},
		"a few NUL":    {bytes.ReplaceAll(log, []byte("indexer"), []byte("inde\x00er")), line},
		"4 MiB line":   {onOne, 2},
		"no last end":  {slices.Concat(healthy(1<<20), healthy(1<<19), []byte(strings.TrimSpace(failure))), bytes.Count(healthy(1<<20), newline) + bytes.Count(healthy(1<<19), newline) + 1},
		"in zip":       {packZip(t, file{"a.png", []byte("\x89PNG\r\n\x1a\n")}, file{"b.log", log}), line},
		"in tar.gz":    {packGzip(t, packTar(t, file{"b.log", log})), line},
		"gzip, cut":    {packGzip(t, log)[:len(packGzip(t, log))-100], line},
	}
	if racing { // of what takes the same path, one
		for _, name := range []string{"CRLF", "UTF-8 mark", "UTF-16 plain", "Latin-1", "a few NUL", "no last end", "in tar.gz"} {
			delete(cases, name)
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := diagnose(t, c.text)
			d := r.Diagnosis
			if len(d.Candidates) == 0 || d.Candidates[0].ID != failureID || len(r.Found) == 0 || r.Found[0].ID != failureID {
				t.Fatalf("found %v; %v", r.Found, r.Notes)
			}
			e := d.Candidates[0].Evidence
			if len(e) == 0 || e[0].Line != c.line || r.Found[0].Line != c.line || r.Found[0].Count != 1 {
				t.Errorf("evidence %v, found %v, want line %d", e, r.Found, c.line)
			}
			if name == "4 MiB line" {
				want := bytes.Index(onOne, []byte("Bad credentials")) - len("first\n")
				if !slices.ContainsFunc(e, func(e knowledge.Evidence) bool { return e.Start <= want && want < e.End }) {
					t.Errorf("evidence %v, want column %d", e, want)
				}
			}
			cut := name == "gzip, cut"
			var u *Unreadable
			if cut != (len(r.Notes) > 0 && errors.As(r.Notes[0].Err, &u) && u.Why == Truncated) {
				t.Errorf("notes %v", r.Notes)
			}
		})
	}
}

// Whatever fills the room around it, each place is counted once.
func TestCounts(t *testing.T) {
	var text []byte
	log := healthy(3 << 19)
	first := 0
	for i := range 12 {
		part := log[i*100_000:]
		part = part[bytes.Index(part, []byte("\n2026"))+1:]
		text = append(text, part[:bytes.Index(part[99_000:], []byte("\n2026"))+99_001]...)
		if first == 0 {
			first = lineOf(text, len(text))
		}
		text = append(text, failure...)
	}
	text = append(text, log[:bytes.Index(log[200_000:], newline)+200_001]...)
	text = append(text, "2026-02-03 04:05:10,299+0000 main INFO [o.e.net.Caller] login with token gh"+"p_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c\n2026-02-03 04:05:10,299+0000 main ERROR [o.e.net.Caller] oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1770091510-1770092110\n"...)
	r := diagnose(t, text)
	want := []Found{{ID: failureID, Entry: "jira.log", Line: first, Count: 12, Verdict: knowledge.Certain}, {ID: "applinks-timestamp-refused", Entry: "jira.log", Line: bytes.Count(text, newline), Count: 1, Verdict: knowledge.Likely}}
	for i := range r.Found {
		r.Found[i].Title = ""
	}
	if diff := cmp.Diff(want, r.Found); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if len(r.Secrets) != 1 || r.Secrets[0].Kind != "github-personal-token" || r.Secrets[0].Line != bytes.Count(text, newline)-1 || r.Secrets[0].Count != 1 {
		t.Errorf("secrets %+v", r.Secrets)
	}
	if out := fmt.Sprintf("%+v", r); strings.Contains(out, "Ab3dEf6hIj9kLm2nOp5q") {
		t.Error("the secret is in the result")
	}
}

func TestNothing(t *testing.T) {
	in := knowledge.Input{Now: testNow}
	run := func(r io.Reader, l Limits) (Result, error) {
		return Diagnose(context.Background(), testBase(t), in, "x.log", r, l)
	}
	if _, err := run(strings.NewReader(""), Limits{}); !errors.Is(err, clean.ErrEmpty) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := run(strings.NewReader(strings.Repeat(" \n", 1<<20)), Limits{}); !errors.Is(err, clean.ErrEmpty) {
		t.Errorf("a blank file: %v", err)
	}
	var u *Unreadable
	if _, err := run(strings.NewReader("\x89PNG\r\n\x1a\n"), Limits{}); !errors.As(err, &u) || u.Kind != Image {
		t.Errorf("an image: %v", err)
	}
	binary := pseudo(8 << 20)
	for i := range binary {
		binary[i] &= 0x7f // a quarter are control characters
	}
	r, err := run(bytes.NewReader(binary), Limits{})
	if !errors.As(err, &u) || u.Kind != Binary || r.Bytes > 2<<20 {
		t.Errorf("a binary file: %v after %d bytes", err, r.Bytes)
	}
	if _, err := run(bytes.NewReader(binary[:1000]), Limits{}); !errors.As(err, &u) || u.Kind != Binary {
		t.Errorf("a short binary file: %v", err)
	}
	broken := errors.New("connection reset")
	r, err = run(io.MultiReader(strings.NewReader(failure), bytes.NewReader(healthy(2<<20)), iotest.ErrReader(broken)), Limits{})
	if !errors.Is(err, broken) || len(r.Found) != 1 {
		t.Errorf("a broken stream: %v, found %v", err, r.Found)
	}
	var large *TooLarge
	r, err = run(bytes.NewReader(slices.Concat([]byte(failure), healthy(2<<20))), Limits{Time: 1})
	if err == nil || !errors.As(err, &large) || large.What != ElapsedTime {
		t.Errorf("no time: %v, %v", err, r.Notes)
	}
	r, err = run(bytes.NewReader(slices.Concat([]byte(failure), healthy(2<<20))), Limits{Compressed: 1 << 20})
	if err != nil || len(r.Found) != 1 || len(r.Notes) != 1 || !errors.As(r.Notes[0].Err, &large) || large.What != CompressedSize {
		t.Errorf("2 MiB of 1: %v, %v", err, r.Notes)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Diagnose(ctx, testBase(t), in, "x", strings.NewReader("text"), Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
	in.Answers = []knowledge.Answer{{Fact: "no.such.fact", Value: "x"}}
	if _, err := run(strings.NewReader("text"), Limits{}); !errors.Is(err, knowledge.ErrAnswer) {
		t.Errorf("a wrong answer: %v", err)
	}
}

// An unknown failure is told by its first lines of error, wherever they stand,
// and its observation is kept when it is asked for.
func TestUnknown(t *testing.T) {
	log := healthy(3 << 18)
	text := slices.Concat(log, []byte("2026-02-03 04:05:10,299+0000 main ERROR [o.e.books.Shelf] the shelf fell over (401)\n"), log)
	in := knowledge.Input{Now: testNow, Observe: knowledge.Observed}
	r, err := Diagnose(context.Background(), testBase(t), in, "x.log", bytes.NewReader(text), Limits{})
	if err != nil || r.Diagnosis.Verdict != knowledge.Unknown || r.Diagnosis.Fingerprint == "" || len(r.Found) > 0 {
		t.Errorf("verdict %s, fingerprint %q, %v, %v", r.Diagnosis.Verdict, r.Diagnosis.Fingerprint, r.Found, err)
	}
	if r.Diagnosis.Observation.Base == "" {
		t.Error("it is not observed")
	}
}
