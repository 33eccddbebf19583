package main

import (
	"bytes"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authfix/knowledge"
)

// talk runs a conversation over a database.
func talk(t *testing.T, path, in string, out io.Writer) error {
	t.Helper()
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e := env{"DATABASE_URL": "sqlite:" + path, "AUTHFIX_STOP_WITHIN": "10s"}
	c, _, err := readSettings(e.get, nil, everything)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	p := &program{ctx: t.Context(), stdin: strings.NewReader(in), stdout: out, stderr: &log, now: time.Now}
	conversation := &conversation{config: c, base: base, person: "anna", level: slog.LevelWarn, now: time.Now}
	err = conversation.run(p)
	if log.Len() > 0 {
		t.Logf("the log:\n%s", log.String())
	}
	return err
}

// A wall is a screen that breaks.
type wall struct{}

func (wall) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// What was recorded and could not be printed is printed at the next start.
func TestChatPrintsWhatWasLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	if err := talk(t, path, "oauth_problem=timestamp_refused\n", wall{}); err == nil || !strings.Contains(err.Error(), "closed pipe") {
		t.Errorf("with a broken screen: %v", err)
	}
	var out bytes.Buffer
	if err := talk(t, path, "", &out); err != nil {
		t.Error(err)
	}
	if n := strings.Count(out.String(), "applinks-timestamp-refused@1"); n != 1 {
		t.Errorf("the answer is printed %d times:\n%s", n, out.String())
	}
	out.Reset()
	if err := talk(t, path, "", &out); err != nil {
		t.Error(err)
	}
	if n := strings.Count(out.String(), "Cause"); n != 0 || !strings.Contains(out.String(), "Before: ") {
		t.Errorf("and then again:\n%s", out.String())
	}
}

// A pipe's messages are answered in order, each before the next is read.
func TestChatAnswersInOrder(t *testing.T) {
	var out bytes.Buffer
	in := "/explain 2LO\n/search timestamp\n/logs jira\n/show applinks-timestamp-refused\n/help\n"
	if err := talk(t, filepath.Join(t.TempDir(), "desk.db"), in, &out); err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, text := range []string{"2LO", "applinks-timestamp-refused", "atlassian-jira.log", "Prevent", "diagnose TEXT"} {
		i := strings.Index(out.String()[max(at, 0):], text)
		if i < 0 {
			t.Fatalf("the screen lacks %q behind byte %d:\n%s", text, at, out.String())
		}
		at = max(at, 0) + i
	}
}
