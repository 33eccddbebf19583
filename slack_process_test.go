package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authfix/bot/slack/slacktest"
)

// slackTransports are the two ways over which Slack delivers.
var slackTransports = []struct {
	name   string
	socket bool
}{{"http", false}, {"socket", true}}

// slackPatience is how long a test waits for what must be seen in Slack.
const slackPatience = 45 * time.Second

// A slackWorld is a fake Slack and the program that serves it, a process of its
// own that is set by its environment as a person sets it.
type slackWorld struct {
	*slacktest.Server
	t      *testing.T
	socket bool
	dir    string // where the database is
	env    map[string]string
	n      atomic.Int64 // of channels and people
	*process
	at string // where the process answers HTTP, "" before it does
}

// newSlackWorld starts a fake Slack. At the end of the test it must have nothing
// to complain of, and no planted secret may be in a log or the database.
func newSlackWorld(t *testing.T, socket bool, o slacktest.Options) *slackWorld {
	t.Helper()
	o.SocketMode = socket
	if o.Scale == 0 { // on a busy machine an event may need its second or third delivery
		o.Scale = 20
	}
	w := &slackWorld{t: t, socket: socket, dir: t.TempDir()}
	w.Server = slacktest.Start(t, o)
	w.env = map[string]string{
		"SLACK_API_URL": w.API(), "SLACK_BOT_TOKEN": "xoxb-acme", "DATABASE_URL": "sqlite:" + filepath.Join(w.dir, "authfix.db"),
		"AUTHFIX_LISTEN": "127.0.0.1:0", "AUTHFIX_PERSON_RATE": "10000", "AUTHFIX_CHANNEL_RATE": "10000",
		"PATH": os.Getenv("PATH"), "GORACE": os.Getenv("GORACE"),
	}
	if socket {
		w.env["SLACK_APP_TOKEN"] = "xapp-1-acme"
	} else {
		w.env["SLACK_SIGNING_SECRET"] = "signing-secret"
	}
	t.Cleanup(func() {
		for _, v := range w.Violations() {
			t.Errorf("violation: %v", v)
		}
	})
	return w
}

// begin starts the program and waits until it is ready.
func (w *slackWorld) begin() {
	w.t.Helper()
	w.launch()
	w.awaitReady()
}

// launch starts the program. What runs at the end of the test is killed; the log
// of each must be free of secrets, races and panics.
func (w *slackWorld) launch() {
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
		if _, err := w.CheckLog("log", log); err != nil {
			w.t.Error(err)
		}
	})
}

// output is what the process has said so far.
func (w *slackWorld) output() string {
	w.t.Helper()
	text, err := os.ReadFile(w.process.log)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// until polls, for a process does not tell when something happens in it.
func (w *slackWorld) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// awaitReady waits until the process says that it is ready, and has Slack call
// it.
func (w *slackWorld) awaitReady() {
	w.t.Helper()
	p := w.process
	w.until("authfix serve is ready", func() bool {
		select {
		case <-p.ended:
			w.t.Fatalf("it has ended: %v\n%s", p.err, w.output())
		default:
		}
		if w.at == "" {
			found := listensAt.FindStringSubmatch(w.output())
			if found == nil {
				return false
			}
			w.at = "http://" + found[1]
			w.SetEndpoints(slacktest.At(w.at))
		}
		answer, err := http.Get(w.at + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// sees waits for what must be seen in Slack.
func (w *slackWorld) sees(t *testing.T, what string, ok func() bool) {
	t.Helper()
	w.WaitFor(t, slackPatience, what, ok)
}

// quiet waits until every event is acknowledged and everything that was decided
// is sent.
func (w *slackWorld) quiet(t *testing.T) {
	t.Helper()
	w.sees(t, "every event is acknowledged", func() bool { return w.Undelivered() == 0 })
	db := w.look()
	defer db.Close()
	w.until("all is sent", func() bool {
		return number(t, db, `SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')`) == 0
	})
	w.sees(t, "it has heard what it said", func() bool { return w.Undelivered() == 0 })
}

// look opens the database for looking.
func (w *slackWorld) look() *sql.DB {
	w.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.dir, "authfix.db")+"?mode=ro&_busy_timeout=10000")
	if err != nil {
		w.t.Fatal(err)
	}
	return db
}

// searchFiles fails the test if one of the texts is in a file of the program.
func (w *slackWorld) searchFiles(texts ...string) {
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

// person adds a person to the workspace.
func (w *slackWorld) person() string {
	id := fmt.Sprintf("U1PERSON%d", w.n.Add(1))
	w.AddUser(slacktest.User{ID: id, Team: slacktest.Acme, Name: strings.ToLower(id)})
	return id
}

// channel adds a public channel with people.
func (w *slackWorld) channel(members ...string) string {
	id := fmt.Sprintf("C1CHANNEL%d", w.n.Add(1))
	w.AddChannel(slacktest.Channel{ID: id, Team: slacktest.Acme, Name: strings.ToLower(id), Members: slices.Clone(members)})
	return id
}
