package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"authfix/bot"
	"authfix/handlers"
	"authfix/internal/pgtest"
	"authfix/knowledge"
	"authfix/storage"
	"authfix/storage/postgres"
	"authfix/storage/sqlite"
)

// Pastes of twenty lines: one that is answered, and one about which nothing is
// said.
var (
	recognisedPaste = strings.Repeat("2026-07-01 09:57:00,101 INFO  [c.a.j.web.filters] Request handled in 12 ms, user=jsmith, session ok\n", 18) +
		"2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] Failed to authenticate: oauth_problem=timestamp_refused\n" +
		"2026-07-01 09:58:12,102 ERROR [c.a.applinks.oauth] oauth_acceptable_timestamps=\"1782899592-1782900192\" oauth_timestamp=\"1782896400\"\n"
	otherPaste = strings.Repeat("2026-07-01 09:57:00,101 INFO  [c.a.j.web.filters] Request handled in 12 ms, user=jsmith, session ok\n", 19) +
		"2026-07-01 09:58:12,101 WARN  [c.a.j.plugin.mail] the queue holds 12 messages\n"
)

const (
	fingerprints = 400 // different failures
	loadChannels = 53  // where they are reported
)

// A load has messages decided through the dispatcher, as a platform does.
type load struct {
	path, url  string // of the database, one of them
	store      storage.Store
	dispatcher *bot.Dispatcher
	n          atomic.Int64
	silent     int64 // messages about which nothing is said, for each that is answered
}

// newLoad returns a load on an empty database.
func newLoad(t testing.TB, engine string, silent int64) *load {
	t.Helper()
	ring, err := storage.ParseKeyring(storage.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	l := &load{silent: silent}
	if engine == "sqlite" {
		l.path = filepath.Join(t.TempDir(), "load.db")
		l.store, err = sqlite.Open(t.Context(), l.path, ring, sqlite.Options{})
	} else {
		l.url = pgtest.StartServer(t, "fsync=on", "shared_buffers=256MB", "max_wal_size=4GB").Database(t)
		l.store, err = postgres.Open(t.Context(), l.url, ring, postgres.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.store.Close() })
	var heard []string
	for i := range loadChannels {
		heard = append(heard, fmt.Sprintf("load:C%d", i))
	}
	desk, err := handlers.New(base, l.store, handlers.Options{TriageChannels: heard, PersonRate: 1 << 30, ChannelRate: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	l.dispatcher = bot.NewDispatcher(desk, desk.Outbox("load"), slog.New(slog.DiscardHandler), bot.Options{})
	return l
}

// accept has the next message decided and recorded.
func (l *load) accept(ctx context.Context) error {
	n := l.n.Add(1)
	id := strconv.FormatInt(time.Now().UnixMicro()<<16|n&0xffff, 10)
	text := otherPaste
	if n%(l.silent+1) == 0 {
		text = recognisedPaste + "oauth_consumer_key=\"consumer-" + strconv.FormatInt(n%fingerprints, 10) + "\"\n"
	}
	_, err := l.dispatcher.Accept(ctx, "load", bot.Message{Tenant: bot.Tenant{Platform: "load", Workspace: "T"}, Delivery: "d" + id, Kind: bot.Said,
		Channel: "C" + strconv.FormatInt(n%loadChannels, 10), Place: bot.Public, Key: "k" + id, Author: bot.Author{ID: "U" + strconv.FormatInt(n%1000, 10)}, Text: text})
	return err
}

// An instant platform says everything at once.
type instant struct{ sent atomic.Int64 }

func (*instant) Name() string { return "load" }

func (*instant) Listen(ctx context.Context, _ func(context.Context, bot.Message) (bot.Ack, error)) error {
	<-ctx.Done()
	return nil
}

func (p *instant) Send(_ context.Context, to bot.Destination, _ bot.Reply) (bot.Sent, error) {
	p.sent.Add(1)
	return bot.Sent{ID: to.Key}, nil
}

// run has messages decided by 64 callers at once.
func (l *load) run(b *testing.B) {
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	began := cpuTime(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := l.accept(context.Background()); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	// Of this process, whatever else the machine does; PostgreSQL is another.
	b.ReportMetric(float64((cpuTime(b)-began).Microseconds())/float64(b.N), "cpu-µs/event")
}

// cpuTime is what this process has had of the processors.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkEvents measures events from their acceptance until the decision is
// recorded durably: pastes of twenty lines that are all answered, one answered
// to four of which nothing is said, and answered ones whose replies are sent
// meanwhile. Run it with -cpu 1 for the figures of one core.
func BenchmarkEvents(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine+"/answered", func(b *testing.B) { newLoad(b, engine, 0).run(b) })
		b.Run(engine+"/mixed", func(b *testing.B) { newLoad(b, engine, 4).run(b) })
		b.Run(engine+"/sent", func(b *testing.B) {
			l := newLoad(b, engine, 0)
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			p := new(instant)
			go func() { done <- l.dispatcher.Run(ctx, p) }()
			l.run(b)
			b.ReportMetric(float64(p.sent.Load())/b.Elapsed().Seconds(), "sends/s")
			cancel()
			if err := <-done; err != nil {
				b.Error(err)
			}
		})
	}
}

// BenchmarkEventsAt measures answered events among so many stored cases.
func BenchmarkEventsAt(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, cases := range []int{1_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", engine, cases), func(b *testing.B) {
				l := newLoad(b, engine, 0)
				l.fill(b, cases)
				l.run(b)
			})
		}
	}
}

// A filling is the rows of one table that fill adds: copies of those of the
// cases that the desk made, with some columns changed.
type filling struct {
	table   string
	of      string            // which rows are copied, of the case c
	changed map[string]string // SQL by column; i counts the cases, newest first
	age     time.Duration     // of the oldest case that has such a row
}

// fillings are what the desk leaves over a year: observations and replies are
// kept a month, deliveries a week. $2 is the present and $3 the time between two
// cases, in microseconds.
var fillings = []filling{
	{"cases", "o.id = c.id", map[string]string{"id": "'case' || (2000000000 - i)", "thread": "'k' || (2000000000 - i)", "received": at, "decided": at, "updated": at, "sent": at,
		"excerpt": "CASE WHEN i * CAST($3 AS BIGINT) < 2592000000000 THEN o.excerpt ELSE '' END", "swept": "CASE WHEN i * CAST($3 AS BIGINT) < 2592000000000 THEN 0 ELSE 1 END"}, year},
	{"messages", "o.case_id = c.id", map[string]string{"case_id": "'case' || (2000000000 - i)", "key": "'k' || (2000000000 - i)", "at": at}, year},
	{"observations", "o.case_id = c.id", map[string]string{"case_id": "'case' || (2000000000 - i)", "message": "'k' || (2000000000 - i)", "at": at}, 30 * day},
	{"outbox", "o.case_id = c.id", map[string]string{"case_id": "'case' || (2000000000 - i)", "id": "'reply' || (2000000000 - i)", "message": "'k' || (2000000000 - i)",
		"thread": "'k' || (2000000000 - i)", "created": at, "sent_at": at, "state": "'sent'", "sent_as": "'s' || i"}, 30 * day},
	{"deliveries", "o.id = (SELECT min(id) FROM deliveries)", map[string]string{"id": "'Ev' || (2000000000 - i)", "received": at, "decided": at}, 7 * day},
}

const (
	at   = "CAST($2 AS BIGINT) - i * CAST($3 AS BIGINT)"
	day  = 24 * time.Hour
	year = 365 * day
)

// fill stores so many cases, with what belongs to them. A few are made by the
// desk; the others are copies, written by SQL.
func (l *load) fill(t testing.TB, cases int) {
	t.Helper()
	silent := l.silent
	l.silent = 0
	var group errgroup.Group
	group.SetLimit(16)
	for range fingerprints {
		group.Go(func() error { return l.accept(t.Context()) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	l.silent = silent
	driver, dsn := "pgx", l.url
	if l.path != "" {
		driver, dsn = "sqlite3", "file:"+l.path+"?_synchronous=OFF&_busy_timeout=60000&_cache_size=-262144"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	do := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	apart := year / time.Duration(cases)
	for _, f := range fillings {
		rows, err := db.Query("SELECT * FROM " + f.table + " LIMIT 0")
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		rows.Close()
		if err != nil {
			t.Fatal(err)
		}
		columns = slices.DeleteFunc(columns, func(c string) bool { return c == "seq" })
		var values []string
		for _, c := range columns {
			value := "o." + c
			if changed, ok := f.changed[c]; ok {
				value = changed
			}
			values = append(values, value)
		}
		do(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i - 1 FROM n WHERE i > 1),
 c AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM cases WHERE id < 'case')
 INSERT INTO %s (%s) SELECT %s FROM n JOIN c ON c.nth = n.i %% %d JOIN %s o ON %s ORDER BY i DESC`,
			f.table, strings.Join(columns, ", "), strings.Join(values, ", "), fingerprints, f.table, f.of),
			int64(min(f.age, year)/apart), time.Now().UnixMicro(), apart.Microseconds())
	}
	for _, width := range []time.Duration{storage.Narrow, storage.Wide} {
		do(fmt.Sprintf(`INSERT INTO sightings (tenant, fingerprint, width, start, n) SELECT tenant, fingerprint, %[1]d, received - received %% %[1]d, count(*)
 FROM cases WHERE id >= 'case' GROUP BY 1, 2, 4 ON CONFLICT DO NOTHING`, width.Microseconds()))
	}
	if l.path == "" {
		do("ANALYZE")
	}
	if n := number(t, db, `SELECT count(*) FROM cases`); n < int64(cases) {
		t.Fatalf("%d cases, want %d", n, cases)
	}
}

// A message costs the same among many stored cases as among few.
func TestCostIsFlat(t *testing.T) {
	few, many := newLoad(t, "sqlite", 0), newLoad(t, "sqlite", 0)
	few.fill(t, 1_000)
	many.fill(t, 20_000)
	// In turns, so that what else the machine does slows both.
	var costs [2][]time.Duration
	for range 15 {
		for i, l := range []*load{few, many} {
			began := time.Now()
			for range 20 {
				if err := l.accept(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			costs[i] = append(costs[i], time.Since(began)/20)
		}
	}
	slices.Sort(costs[0])
	slices.Sort(costs[1])
	at1, at20 := costs[0][7], costs[1][7]
	t.Logf("a message costs %v at 1,000 stored cases and %v at 20,000", at1, at20)
	if at20 > 2*at1 {
		t.Errorf("a message costs %v at 1,000 stored cases and %v at 20,000", at1, at20)
	}
}
