package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestBatchInterrupted answers the lines that were read before a signal, whole,
// and then ends with trouble.
func TestBatchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in, feed := io.Pipe()
	out, print := io.Pipe()
	var errs bytes.Buffer
	code := make(chan int)
	go func() {
		code <- run(ctx, []string{"diagnose", "--jsonl"}, in, print, &errs)
		print.Close()
	}()
	fmt.Fprintln(feed, `{"id":"a","text":"oauth_problem=token_rejected"}`)
	first := make([]byte, 1)
	if _, err := out.Read(first); err != nil || first[0] != '{' {
		t.Fatalf("the first answer begins with %q, %v", first, err)
	}
	rest := make(chan string)
	go func() {
		text, _ := io.ReadAll(out)
		rest <- string(text)
	}()
	cancel()
	go fmt.Fprintln(feed, `{"id":"b","text":"oauth_problem=token_rejected"}`)
	if got := <-code; got != trouble {
		t.Errorf("exit status %d, want %d", got, trouble)
	}
	feed.Close() // whether the second line was wanted or not
	if text := <-rest; !strings.HasSuffix(text, "}\n") || strings.Count(text, "\n") > 2 {
		t.Errorf("the answers are not whole lines: %q", text)
	}
	if !strings.Contains(errs.String(), "authfix: interrupted") {
		t.Errorf("it says %q", errs.String())
	}
}

// TestBatchLongLine passes over a line that is too long and goes on.
func TestBatchLongLine(t *testing.T) {
	in := io.MultiReader(strings.NewReader(`{"id":"long","text":"`), io.LimitReader(letters{}, maxBatchLine), strings.NewReader("\"}\n"+`{"id":"b","text":"hello"}`+"\n"))
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"diagnose", "--jsonl"}, in, &out, &errs); code != trouble {
		t.Errorf("exit status %d, want %d", code, trouble)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || lines[0] != `{"id":"","error":"the line has more than 32 MiB"}` || !strings.HasPrefix(lines[1], `{"id":"b","verdict":"unknown"`) {
		t.Errorf("answers %q", lines)
	}
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
