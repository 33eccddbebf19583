package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/handlers"
	"authfix/knowledge"
	"authfix/storage"
	"authfix/storage/sqlite"
)

// A month is a desk with its database over a month of simulated time: reports
// come with the rhythm of a working week, replies are sent, and the desk's jobs
// run when they are due.
type month struct {
	t      *testing.T
	path   string
	keys   string // of the ring, as it is configured
	store  *sqlite.Store
	desk   *handlers.Desk
	out    bot.Outbox
	random *rand.Rand
	now    time.Time
	due    map[string]time.Time // when a job runs next, by its kind
	n      int                  // messages so far
	notice []time.Time          // when a surge was noticed
}

const (
	monthTenant = storage.Tenant("test//T")
	surgeMark   = "Surge: "
)

// monthKeep is short enough that everything reaches its time within the month.
var monthKeep = storage.Retention{Deliveries: 7 * 24 * time.Hour, Excerpts: 5 * 24 * time.Hour, Cases: 12 * 24 * time.Hour,
	Unknown: 6 * 24 * time.Hour, Sightings: 400 * 24 * time.Hour, Audits: 400 * 24 * time.Hour}

// sources are what is reported, and how often an hour at the busiest.
var sources = []struct {
	text string
	rate float64
}{
	{"2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] oauth_problem=timestamp_refused", 16},
	{"2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] oauth_problem=consumer_key_unknown", 1},
	{"2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] oauth_problem=token_rejected", 0.3},
	{"2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] oauth_problem=signature_invalid", 0.1},
	{"2026-07-01 09:58:12,101 ERROR [com.example.sync.Worker] the frobnicator has refused the quux of customer 4711", 0.5},
	{"good morning, the deploy went well", 1},
}

// TestMonth sees what is swept and when, keys rotated in the middle, the size of
// the file, and surges.
func TestMonth(t *testing.T) {
	t.Parallel()
	first := storage.NewKey()
	m := &month{t: t, path: filepath.Join(t.TempDir(), "authfix.db"), keys: first, random: rand.New(rand.NewPCG(7, 11)),
		now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), due: map[string]time.Time{}}
	m.open()
	defer func() { m.store.Close() }()
	token := []byte("xoxb-a-token-of-the-workspace")
	if err := m.store.PutInstallation(t.Context(), storage.Installation{Tenant: monthTenant, Platform: "test", Token: token, Updated: m.now}); err != nil {
		t.Fatal(err)
	}
	key, err := m.store.TenantKey(t.Context(), monthTenant)
	if err != nil {
		t.Fatal(err)
	}
	start := m.now
	day := func(n int) time.Time { return start.AddDate(0, 0, n) }

	m.until(day(14))
	m.examine()
	if n := number(t, m.db(), `SELECT count(*) FROM cases WHERE swept = 1`); n == 0 {
		t.Error("no case is a stub after two weeks")
	}

	// Operators put a new key in front, and remove the old one a day later.
	m.pend()
	second := storage.NewKey()
	m.restart(second + "," + first)
	m.until(day(16))
	m.restart(second)
	if got, err := m.store.TenantKey(t.Context(), monthTenant); err != nil || !slices.Equal(got, key) {
		t.Errorf("the tenant's key after the rotation: %v", err)
	}
	if i, err := m.store.Installation(t.Context(), monthTenant); err != nil || !slices.Equal(i.Token, token) {
		t.Errorf("the workspace's token after the rotation: %v", err)
	}
	m.pended()

	m.until(day(20))
	m.examine()
	before := m.size()
	m.until(day(29))
	m.examine()
	after := m.size()
	t.Logf("%d messages; the file has %d KiB after 20 days and %d KiB after 29", m.n, before>>10, after>>10)
	if after > before+before/4 {
		t.Errorf("the file has %d KiB after 20 days and %d KiB after 29", before>>10, after>>10)
	}
	if len(m.notice) > 1 {
		t.Errorf("surges were noticed at %v in a month that had none", m.notice)
	}

	// The day after, at eleven o'clock, one failure comes ten times as often.
	m.until(day(29).Add(11 * time.Hour))
	m.notice = nil
	began := m.now
	for range 60 {
		m.now = m.now.Add(time.Duration(float64(time.Hour) / (sources[0].rate * 10)))
		m.hear(sources[0].text)
		m.send()
		if m.notice != nil {
			break
		}
	}
	if m.notice == nil {
		t.Fatalf("a burst of 60 reports was not noticed")
	}
	delay := m.notice[0].Sub(began)
	t.Logf("the burst was named after %v", delay)
	if delay > 5*time.Minute {
		t.Errorf("the burst was named after %v", delay)
	}
}

// open opens the database with the keys that are configured.
func (m *month) open() {
	m.t.Helper()
	ring, err := storage.ParseKeyring(m.keys)
	if err != nil {
		m.t.Fatal(err)
	}
	base, err := knowledge.Builtin()
	if err != nil {
		m.t.Fatal(err)
	}
	m.store, err = sqlite.Open(m.t.Context(), m.path, ring, sqlite.Options{
		Enqueue: func(context.Context, *sql.Tx, []storage.Job) error { return nil }})
	if err != nil {
		m.t.Fatal(err)
	}
	m.desk, err = handlers.New(base, m.store, handlers.Options{Now: func() time.Time { return m.now }, TriageChannels: []string{"test:C"},
		Retention: monthKeep, PersonRate: 10000, ChannelRate: 10000})
	if err != nil {
		m.t.Fatal(err)
	}
	m.out = m.desk.Outbox("month")
}

// restart ends the program and starts it with other keys.
func (m *month) restart(keys string) {
	m.t.Helper()
	if err := m.store.Close(); err != nil {
		m.t.Fatal(err)
	}
	m.keys = keys
	m.open()
}

// busy is how busy an hour is, of the busiest.
func busy(at time.Time) float64 {
	switch day := at.Weekday(); {
	case day == time.Saturday || day == time.Sunday:
		return 0.02
	case at.Hour() >= 9 && at.Hour() < 15:
		return 1
	}
	return 0.04
}

// until lets time pass: what is reported is heard, sent, and swept in its turn.
func (m *month) until(end time.Time) {
	m.t.Helper()
	total := 0.0
	for _, s := range sources {
		total += s.rate
	}
	for {
		next := m.now.Add(time.Duration(m.random.ExpFloat64() / total * float64(time.Hour)))
		m.work(min(next.UnixNano(), end.UnixNano()))
		if next.After(end) {
			return
		}
		m.now = next
		if m.random.Float64() > busy(m.now) {
			continue
		}
		pick := m.random.Float64() * total
		for _, s := range sources {
			if pick -= s.rate; pick < 0 {
				m.hear(s.text)
				break
			}
		}
	}
}

// work runs the jobs that are due before a time, and sends.
func (m *month) work(end int64) {
	m.t.Helper()
	for {
		var next handlers.Job
		for _, j := range m.desk.Jobs() {
			if j.Every == 0 {
				continue
			}
			if m.due[j.Kind].IsZero() {
				m.due[j.Kind] = m.now
			}
			if next.Kind == "" || m.due[j.Kind].Before(m.due[next.Kind]) {
				next = j
			}
		}
		at := m.due[next.Kind]
		if at.UnixNano() > end {
			m.now = time.Unix(0, end).UTC()
			return
		}
		if at.After(m.now) {
			m.now = at
		}
		m.due[next.Kind] = at.Add(next.Every)
		m.send()
		if err := next.Run(m.t.Context(), storage.Job{Kind: next.Kind, Version: next.Version}); err != nil {
			m.t.Fatalf("%v: job %s: %v", m.now, next.Kind, err)
		}
	}
}

// hear has the desk decide about a message.
func (m *month) hear(text string) {
	m.t.Helper()
	m.n++
	id := fmt.Sprint(m.n)
	_, err := m.desk.Handle(m.t.Context(), bot.Message{Tenant: bot.Tenant{Platform: "test", Workspace: "T"}, Delivery: "d" + id, Kind: bot.Said,
		Channel: "C", Place: bot.Public, Key: "k" + id, Author: bot.Author{ID: fmt.Sprint("U", m.n%50)}, Text: text, Received: m.now})
	if err != nil {
		m.t.Fatalf("%v: %v", m.now, err)
	}
}

// send sends what waits.
func (m *month) send() {
	m.t.Helper()
	for {
		all, err := m.out.Lease(m.t.Context(), "test", 50, m.now.Add(time.Minute))
		if err != nil {
			m.t.Fatal(err)
		}
		if len(all) == 0 {
			return
		}
		for _, o := range all {
			if strings.HasPrefix(o.Reply.Headline, surgeMark) {
				m.notice = append(m.notice, o.Created)
			}
			if err := m.out.Settle(m.t.Context(), o, bot.Settlement{State: bot.WasSent, Sent: bot.Sent{ID: "s" + o.ID}}); err != nil {
				m.t.Fatal(err)
			}
		}
	}
}

// pend leaves a private reply with its address in the outbox of another
// platform, where nobody sends.
func (m *month) pend() {
	m.t.Helper()
	_, err := m.desk.Handle(m.t.Context(), bot.Message{Tenant: bot.Tenant{Platform: "other"}, Delivery: "pending", Kind: bot.Commanded, Command: "diagnose",
		Channel: "C", Place: bot.Public, Author: bot.Author{ID: "U"}, Text: sources[1].text, ReplyTo: replyToken, ReplyBy: m.now.AddDate(0, 1, 0), Received: m.now})
	if err != nil {
		m.t.Fatal(err)
	}
}

// pended sends what pend left.
func (m *month) pended() {
	m.t.Helper()
	all, err := m.out.Lease(m.t.Context(), "other", 1, m.now.Add(time.Minute))
	if err != nil || len(all) != 1 || all[0].To.ReplyTo != replyToken {
		m.t.Fatalf("the reply that waited over the rotation: %d rows, %v", len(all), err)
	}
	if err := m.out.Settle(m.t.Context(), all[0], bot.Settlement{State: bot.WasSent, Sent: bot.Sent{ID: "s"}}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *month) db() *sql.DB { return m.store.DB() }

// examine compares what is stored with what may be.
func (m *month) examine() {
	m.t.Helper()
	db := m.db()
	// A sweep runs once an hour.
	before := func(keep time.Duration) int64 { return m.now.Add(-keep - time.Hour).UnixMicro() }
	for what, c := range map[string]struct {
		old, all string
		keep     time.Duration
	}{
		"deliveries":           {`SELECT count(*) FROM deliveries WHERE received < $1`, `SELECT count(*) FROM deliveries`, monthKeep.Deliveries},
		"messages of no case":  {`SELECT count(*) FROM messages WHERE case_id = '' AND at < $1`, `SELECT count(*) FROM messages WHERE case_id = ''`, monthKeep.Deliveries},
		"excerpts":             {`SELECT count(*) FROM cases WHERE (excerpt <> '' OR answers <> '' OR swept = 0) AND updated < $1`, `SELECT count(*) FROM cases WHERE excerpt <> ''`, monthKeep.Excerpts},
		"observations":         {`SELECT count(*) FROM observations o JOIN cases c ON c.tenant = o.tenant AND c.id = o.case_id WHERE c.updated < $1`, `SELECT count(*) FROM observations`, monthKeep.Excerpts},
		"replies":              {`SELECT count(*) FROM outbox WHERE created < $1 AND state = 'sent'`, `SELECT count(*) FROM outbox`, max(monthKeep.Excerpts, monthKeep.Deliveries)},
		"cases":                {`SELECT count(*) FROM cases WHERE updated < $1`, `SELECT count(*) FROM cases`, monthKeep.Cases},
		"messages of cases":    {`SELECT count(*) FROM messages WHERE at < $1`, `SELECT count(*) FROM messages`, monthKeep.Cases},
		"unrecognised":         {`SELECT count(*) FROM unrecognised WHERE last_seen < $1`, `SELECT count(*) FROM unrecognised`, monthKeep.Unknown},
		"observations without": {`SELECT count(*) FROM observations o WHERE $1 > 0 AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.tenant = o.tenant AND c.id = o.case_id)`, `SELECT count(*) FROM observations`, 0},
	} {
		if n := number(m.t, db, c.old, before(c.keep)); n != 0 {
			m.t.Errorf("day %d: %d %s are older than their time", m.now.Day(), n, what)
		}
		if n := number(m.t, db, c.all); n == 0 {
			m.t.Errorf("day %d: no %s at all", m.now.Day(), what)
		}
	}
}

// size is how large the file is once the log is in it.
func (m *month) size() int64 {
	m.t.Helper()
	if err := m.store.Purge(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
	info, err := os.Stat(m.path)
	if err != nil {
		m.t.Fatal(err)
	}
	return info.Size()
}
