package main

import (
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"authfix/bot/bottest"
	"authfix/internal/pgtest"
	"authfix/storage"
)

// soak reports whether the long versions of the tests are to be run: make soak.
func soak() bool { return os.Getenv("SOAK") != "" }

// A variant is what the platform can do about a send of which nobody knows the
// outcome.
type variant struct {
	name   string
	window time.Duration
	finds  bool
}

var (
	nonce   = variant{name: "nonce", window: time.Hour}
	finder  = variant{name: "finder", finds: true}
	neither = variant{name: "neither"}
)

// patience is how long a test waits for what must happen.
const patience = 90 * time.Second

// A world is a chat service, a database and the processes between them, with the
// traffic that goes through and what is known of it.
type world struct {
	t        *testing.T
	engine   string // sqlite or postgres
	path     string // of SQLite's file
	url      string // of PostgreSQL's database
	variant  variant
	service  *bottest.Server
	settings map[string]string
	lease    time.Duration
	woken    bool // a process that was frozen goes on
	traffic  *traffic

	mu       sync.Mutex
	launched int
	leased   map[string][]string // who had taken a reply when it was killed, by the reply's id
	kills    map[point]int
}

// newWorld makes a world in which nothing happens yet, on a database of its own.
func newWorld(t *testing.T, engine string, v variant, o bottest.Options) *world {
	t.Helper()
	url := ""
	if engine == "postgres" {
		url = pgtest.Database(t)
	}
	return newWorldOn(t, url, v, o)
}

// newWorldOn is newWorld on a PostgreSQL database, or on SQLite for "".
func newWorldOn(t *testing.T, url string, v variant, o bottest.Options) *world {
	t.Helper()
	w := &world{t: t, engine: "sqlite", url: url, variant: v, lease: 3 * time.Second, leased: map[string][]string{}, kills: map[point]int{}}
	o.Window = v.window
	if o.Redeliver == 0 {
		o.Redeliver = 300 * time.Millisecond
	}
	w.service = bottest.Start(t, o)
	w.traffic = newTraffic(w.service)
	w.setHooks(bottest.Hooks{})
	database := map[string]string{}
	if url == "" {
		w.path = filepath.Join(t.TempDir(), "authfix.db")
		database["DATABASE_URL"] = "sqlite:" + w.path
	} else {
		w.engine = "postgres"
		database["DATABASE_URL"], database["AUTHFIX_SECRET_KEY"] = w.url, storage.NewKey()
	}
	w.settings = servingWith(database)
	return w
}

// setHooks sets hooks of the service beside those that the traffic needs.
func (w *world) setHooks(h bottest.Hooks) {
	h.Acked = func(a bottest.Acked) bool {
		w.traffic.noteAcked(a.Message.Delivery)
		return true
	}
	w.service.SetHooks(h)
}

// launch starts a process in the world, which is to be killed at the n-th
// passage of a point.
func (w *world) launch(at point, n int) *process {
	w.t.Helper()
	w.mu.Lock()
	w.launched++
	name := fmt.Sprintf("p%d", w.launched)
	w.mu.Unlock()
	return launch(w.t, serving{Service: w.service.URL, Client: name, Settings: w.settings, Window: w.variant.window, Finds: w.variant.finds,
		Lease: w.lease, Poll: 200 * time.Millisecond, At: at, After: n})
}

// feed has messages delivered, one each so often, as long as no more than most
// are unacknowledged. It goes on until stop is called.
func (w *world) feed(every time.Duration, most int) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if w.service.Waiting() < most {
					w.traffic.deliver()
				}
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(done)
		<-ended
	})
}

// await polls until ok, for a database does not tell when something happens.
func (w *world) await(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("not within %v: %s; %d copies are not acknowledged", patience, what, w.service.Waiting())
		}
	}
}

// drain waits until everything is acknowledged and nothing waits to be sent.
func (w *world) drain() {
	w.t.Helper()
	w.await("all is acknowledged", func() bool { return w.service.Waiting() == 0 })
	db := w.look()
	defer db.Close()
	w.await("all is sent", func() bool {
		return number(w.t, db, `SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')`) == 0
	})
}

// look opens the database for looking.
func (w *world) look() *sql.DB {
	w.t.Helper()
	driver, dsn := "pgx", w.url
	if w.engine == "sqlite" {
		driver, dsn = "sqlite3", "file:"+w.path+"?mode=ro&_busy_timeout=10000"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		w.t.Fatal(err)
	}
	return db
}

// lookAtRemains opens what a killed process left, in a way that leaves it as it
// is: a copy of SQLite's files, which the next process has to recover.
func (w *world) lookAtRemains() *sql.DB {
	w.t.Helper()
	if w.engine != "sqlite" {
		return w.look()
	}
	copied := filepath.Join(w.t.TempDir(), "remains.db")
	for _, end := range []string{"", "-wal"} {
		if err := copyFile(w.path+end, copied+end); err != nil && !os.IsNotExist(err) {
			w.t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite3", "file:"+copied)
	if err != nil {
		w.t.Fatal(err)
	}
	return db
}

func copyFile(from, to string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Close()
}

// number is the one number that a query returns.
func number(t testing.TB, db *sql.DB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// table is what a query returns, as text.
func table(t testing.TB, db *sql.DB, query string, args ...any) [][]string {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		row := make([]string, len(columns))
		to := make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

// noteKill examines what a killed process left and keeps which replies it had
// taken. What was acknowledged by now must be recorded.
func (w *world) noteKill(p *process, at point) (delivered map[string]bool, leased map[string]bool) {
	w.t.Helper()
	acked := w.traffic.ackedNow()
	db := w.lookAtRemains()
	defer db.Close()
	delivered, leased = map[string]bool{}, map[string]bool{}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kills[at]++
	if len(acked) == 0 {
		if _, err := db.Query(`SELECT id FROM deliveries WHERE 1 = 0`); err != nil {
			return delivered, leased // it did not live to make its tables
		}
	}
	for _, row := range table(w.t, db, `SELECT id FROM deliveries`) {
		delivered[row[0]] = true
	}
	for id := range acked {
		if !delivered[id] {
			w.t.Errorf("killed %s: delivery %s was acknowledged and is not recorded", at, id)
		}
	}
	mine := fmt.Sprintf("-%d-", p.cmd.Process.Pid)
	for _, row := range table(w.t, db, `SELECT id, owner FROM outbox WHERE state = 'leased'`) {
		if strings.Contains(row[1], mine) {
			leased[row[0]] = true
		}
	}
	for id := range leased {
		w.leased[id] = append(w.leased[id], p.name)
	}
	return delivered, leased
}
