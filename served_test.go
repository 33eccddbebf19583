package main

import (
	"bytes"
	"database/sql"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A served is authfix serve beside a fake of a chat platform: a process of its
// own that is set by its environment, as a person sets it.
type served struct {
	t   *testing.T
	dir string // where the database is
	env map[string]string
	*process
	at       string                                          // where the process answers HTTP, "" before it does
	checkLog func(where string, r io.Reader) ([]byte, error) // the fake looks for planted secrets
}

// launch starts the program. What runs at the end of the test is killed; the log
// of each must be free of secrets, races and panics.
func (w *served) launch() {
	w.t.Helper()
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	dir := w.t.TempDir()
	program := filepath.Join(dir, "authfix")
	if err := os.Symlink(self, program); err != nil {
		w.t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer log.Close()
	p := &process{t: w.t, name: "authfix serve", cmd: exec.Command(program, "serve"), log: log.Name(), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, log, log
	for k, v := range w.env {
		if v != "" {
			p.cmd.Env = append(p.cmd.Env, k+"="+v)
		}
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	w.process, w.at = p, ""
	w.t.Cleanup(func() {
		p.kill()
		p.examineLog()
		log, err := os.Open(p.log)
		if err != nil {
			w.t.Error(err)
			return
		}
		defer log.Close()
		if _, err := w.checkLog("log", log); err != nil {
			w.t.Error(err)
		}
	})
}

// output is what the process has said so far.
func (w *served) output() string {
	w.t.Helper()
	text, err := os.ReadFile(w.process.log)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// until polls, for a process does not tell when something happens in it.
func (w *served) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// look opens the database for looking.
func (w *served) look() *sql.DB {
	w.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.dir, "authfix.db")+"?mode=ro&_busy_timeout=10000")
	if err != nil {
		w.t.Fatal(err)
	}
	return db
}

// searchFiles fails the test if one of the texts is in a file of the program.
func (w *served) searchFiles(texts ...string) {
	w.t.Helper()
	entries, err := os.ReadDir(w.dir)
	if err != nil || len(entries) == 0 {
		w.t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(w.dir, e.Name()))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				w.t.Errorf("%s holds %.12s…", e.Name(), text)
			}
		}
	}
}
