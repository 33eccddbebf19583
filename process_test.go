package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/knowledge"
	"authfix/storage"
)

// servingEnv holds a serving in a process that this test binary starts of
// itself: see TestMain.
const servingEnv = "SERVE_FOR_TEST"

// A serving says what a process serves: all that authfix serve does, with the
// fake platform in the place of a real one.
type serving struct {
	Service  string            // URL of the fake chat service, which lives in the test
	Client   string            // what the service knows the process by
	Settings map[string]string // as they would be in the environment
	Window   time.Duration     // in which the platform says that it drops repetitions
	Finds    bool              // the platform can find what was said
	Lease    time.Duration
	Poll     time.Duration
	At       point // where the process is to be killed
	After    int   // which passage of it
}

// A point is a moment at which a process is killed. A process that reaches its
// own tells the test, and goes no further there; the rest of it goes on until
// the test kills it.
type point string

const (
	anyTime      point = "any time"
	beforeCommit point = "before the commit"
	afterCommit  point = "after the commit"     // and before anybody else knows of it
	beforeAck    point = "before the ack"       // accept has returned
	afterLease   point = "after the lease"      // the outbox has handed out
	beforeSend   point = "before the send"      // Send is called
	postArrived  point = "the post has arrived" // and the service has done nothing with it
	postRecorded point = "the post is recorded" // and the service has not answered
	afterSend    point = "after the send"       // Send has returned, and nothing is settled
)

// A halt is the point of this process.
type halt struct {
	at    point
	left  atomic.Int64
	tests *os.File
}

// pass is called at a point with the id of the delivery or reply that is at it.
func (h *halt) pass(p point, id string) {
	if p != h.at || h.left.Add(-1) != 0 {
		return
	}
	fmt.Fprintln(h.tests, id)
	select {}
}

// serveForTest is the process.
func serveForTest(encoded string) int {
	if err := serveAs(encoded); err != nil {
		fmt.Fprintln(os.Stderr, "serve for test:", err)
		return trouble
	}
	return 0
}

func serveAs(encoded string) error {
	var s serving
	if err := json.Unmarshal([]byte(encoded), &s); err != nil {
		return err
	}
	// What the disk cannot take is an error, not the end of the process.
	signal.Ignore(syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, _, err := readSettings(func(name string) string { return s.Settings[name] }, nil, everything)
	if err != nil {
		return err
	}
	base, err := knowledge.Builtin()
	if err != nil {
		return err
	}
	h := &halt{at: s.At, tests: os.NewFile(3, "tests")}
	h.left.Store(int64(s.After))
	client := &bottest.Platform{URL: s.Service, Client: s.Client, Within: s.Window}
	plain := haltingPlatform{client, h}
	var p bot.Platform = plain
	if s.Finds {
		p = haltingFinder{plain, bottest.FindingPlatform{Platform: client}}
	}
	srv := &server{config: c, base: base, log: newLogger(os.Stderr, c.LogFormat, c.LogLevel), platforms: []bot.Platform{p},
		wrapStore: func(s storage.Store) storage.Store {
			go obey(os.Stdin, s)
			return haltingStore{s, h}
		},
		dispatch: func(o bot.Options) bot.Options {
			o.Lease, o.Poll = s.Lease, s.Poll
			return o
		}}
	return srv.run(ctx)
}

// Orders that a test gives to a process, one a line.
const (
	noGrowth = "no growth" // no file may become larger than so many bytes
	noPages  = "no pages"  // the SQLite database may not become larger
	freely   = "freely"    // as it was
)

// obey does what the test orders, until the test is gone: then the process ends.
func obey(orders io.Reader, s storage.Store) {
	for lines := bufio.NewScanner(orders); lines.Scan(); {
		order, size, _ := strings.Cut(lines.Text(), ": ")
		err := fmt.Errorf("unknown order %s", order)
		switch order {
		case noGrowth:
			var bytes uint64
			if bytes, err = strconv.ParseUint(size, 10, 64); err == nil {
				err = limitFiles(bytes)
			}
		case noPages:
			err = limitPages(s, 1) // SQLite takes the present number for less
		case freely:
			err = errors.Join(limitFiles(math.MaxInt64), limitPages(s, 1<<30))
		}
		if err != nil {
			panic(err)
		}
	}
	os.Exit(trouble)
}

// limitFiles bounds how large a file this process may write.
func limitFiles(most uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = min(most, limit.Max)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}

// limitPages bounds how many pages the database may have.
func limitPages(s storage.Store, most int) error {
	db, ok := s.(interface{ DB() *sql.DB })
	if !ok {
		return errors.New("the database is not SQLite")
	}
	_, err := db.DB().Exec(fmt.Sprintf("PRAGMA max_page_count = %d", most))
	return err
}

// A haltingStore passes the points around a commit and a lease.
type haltingStore struct {
	storage.Store
	h *halt
}

func (s haltingStore) Record(ctx context.Context, r *storage.Record) error {
	s.h.pass(beforeCommit, r.Delivery.ID)
	err := s.Store.Record(ctx, r)
	if err == nil {
		s.h.pass(afterCommit, r.Delivery.ID)
	}
	return err
}

func (s haltingStore) Lease(ctx context.Context, l storage.Lease) ([]storage.Outgoing, error) {
	rows, err := s.Store.Lease(ctx, l)
	if len(rows) > 0 {
		s.h.pass(afterLease, rows[0].ID)
	}
	return rows, err
}

// A haltingPlatform passes the points around an acknowledgement and a send.
type haltingPlatform struct {
	*bottest.Platform
	h *halt
}

// listens is what a process says when it listens.
const listens = "listens"

func (p haltingPlatform) Listen(ctx context.Context, accept func(context.Context, bot.Message) (bot.Ack, error)) error {
	fmt.Fprintln(p.h.tests, listens)
	return p.Platform.Listen(ctx, func(ctx context.Context, m bot.Message) (bot.Ack, error) {
		ack, err := accept(ctx, m)
		if err == nil {
			p.h.pass(beforeAck, m.Delivery)
		}
		return ack, err
	})
}

func (p haltingPlatform) Send(ctx context.Context, to bot.Destination, r bot.Reply) (bot.Sent, error) {
	p.h.pass(beforeSend, to.Key)
	sent, err := p.Platform.Send(ctx, to, r)
	if err == nil {
		p.h.pass(afterSend, to.Key)
	}
	return sent, err
}

// A haltingFinder is a haltingPlatform that can find.
type haltingFinder struct {
	haltingPlatform
	finder bottest.FindingPlatform
}

func (p haltingFinder) Find(ctx context.Context, to bot.Destination) (bot.Sent, bool, error) {
	return p.finder.Find(ctx, to)
}

// A process is one that serves.
type process struct {
	t       *testing.T
	name    string
	cmd     *exec.Cmd
	orders  io.Writer
	log     string        // the file of its standard error
	listens chan struct{} // closed when it listens
	at      chan string   // the id at its point
	ended   chan struct{}
	err     error // of the ended process
}

// launch starts a process that serves. It ends with the test, at the latest.
func launch(t *testing.T, s serving) *process {
	t.Helper()
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	told, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, name: s.Client, cmd: exec.Command(binary), log: log.Name(),
		listens: make(chan struct{}), at: make(chan string, 1), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), servingEnv+"="+string(encoded))
	p.cmd.Stderr, p.cmd.ExtraFiles = log, []*os.File{tell}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := p.cmd.StdinPipe()
	if err == nil {
		p.orders = stdin
		err = p.cmd.Start()
	}
	log.Close()
	tell.Close()
	if err != nil {
		told.Close()
		t.Fatal(err)
	}
	go func() {
		defer told.Close()
		for lines := bufio.NewScanner(told); lines.Scan(); {
			if lines.Text() == listens {
				close(p.listens)
			} else {
				p.at <- lines.Text()
			}
		}
	}()
	go func() {
		p.err = p.cmd.Wait()
		stdin.Close()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		p.examineLog()
	})
	return p
}

// examineLog fails the test if the process has found a data race, and shows what
// it said last if the test failed.
func (p *process) examineLog() {
	log, err := os.ReadFile(p.log)
	if err != nil {
		p.t.Error(err)
	}
	for _, bad := range []string{"DATA RACE", "panic", "fatal error"} {
		if bytes.Contains(log, []byte(bad)) {
			p.t.Errorf("%s: %q in its log:\n%s", p.name, bad, log[:min(len(log), 8<<10)])
			return
		}
	}
	if p.t.Failed() && len(log) > 0 {
		p.t.Logf("the end of the log of %s:\n%s", p.name, log[max(0, len(log)-1<<10):])
	}
}

// kill ends the process as nothing can prevent.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// stop ends the process as a process manager does.
func (p *process) stop() {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		p.t.Fatalf("%s has not ended 30 s after SIGTERM", p.name)
	}
	if p.err != nil {
		p.t.Errorf("%s ended with %v after SIGTERM", p.name, p.err)
	}
}

// freeze stops the process in its tracks, and returns when all of it stands
// still. thaw lets it go on.
func (p *process) freeze() {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGSTOP)
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil || !status.Stopped():
			p.t.Fatalf("%s does not freeze: %v", p.name, err)
		default:
			return
		}
	}
}

func (p *process) thaw() { p.cmd.Process.Signal(syscall.SIGCONT) }

// awaitListening waits until the process listens.
func (p *process) awaitListening() {
	p.t.Helper()
	select {
	case <-p.listens:
	case <-p.ended:
		p.t.Fatalf("%s has ended before it listened: %v", p.name, p.err)
	case <-time.After(time.Minute):
		p.t.Fatalf("%s does not listen", p.name)
	}
}

// order has the process obey.
func (p *process) order(order string) {
	p.t.Helper()
	if _, err := fmt.Fprintln(p.orders, order); err != nil {
		p.t.Fatal(err)
	}
}

// rss is how much memory the process has at present, in bytes.
func (p *process) rss() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); err == nil {
			return kib << 10, nil
		}
	}
	return 0, errors.New("no VmRSS")
}

// servingWith returns settings for a process of a test.
func servingWith(database map[string]string) map[string]string {
	var heard []string
	for i := range channels {
		heard = append(heard, fmt.Sprintf("test:C%d", i))
	}
	all := map[string]string{
		"AUTHFIX_LISTEN":          "127.0.0.1:0",
		"AUTHFIX_TRIAGE_CHANNELS": strings.Join(heard, ","),
		"AUTHFIX_PERSON_RATE":     "10000",
		"AUTHFIX_CHANNEL_RATE":    "10000",
		"AUTHFIX_STOP_WITHIN":     "20s",
		"LOG_LEVEL":               slog.LevelWarn.String(),
	}
	maps.Copy(all, database)
	return all
}
