package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
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
	served
	socket  bool
	n       atomic.Int64  // of channels and people
	patient time.Duration // how long it is waited for what must be seen in Slack
}

// newSlackWorld starts a fake Slack. At the end of the test it must have nothing
// to complain of, and no planted secret may be in a log or the database.
func newSlackWorld(t *testing.T, socket bool, o slacktest.Options) *slackWorld {
	t.Helper()
	o.SocketMode = socket
	if o.Scale == 0 { // on a busy machine an event may need its second or third delivery
		o.Scale = 20
	}
	w := &slackWorld{served: served{t: t, dir: t.TempDir()}, socket: socket, patient: slackPatience}
	w.Server = slacktest.Start(t, o)
	w.checkLog = w.CheckLog
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
	w.WaitFor(t, w.patient, what, ok)
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
