package handlers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"authfix/bot"
	"authfix/internal/pgtest"
	"authfix/knowledge"
	"authfix/storage"
	"authfix/storage/postgres"
	"authfix/storage/sqlite"
)

// An engine opens the same database as often as it is asked.
type engine struct {
	name string
	open func(t testing.TB) func() storage.Store
}

func engines() []engine {
	return []engine{
		{"sqlite", func(t testing.TB) func() storage.Store {
			ring := testRing(t)
			path := filepath.Join(t.TempDir(), "authfix.db")
			return func() storage.Store {
				s, err := sqlite.Open(context.Background(), path, ring, sqlite.Options{})
				return opened(t, s, err)
			}
		}},
		{"postgres", func(t testing.TB) func() storage.Store {
			ring := testRing(t)
			url := pgtest.Database(t)
			return func() storage.Store {
				s, err := postgres.Open(context.Background(), url, ring, postgres.Options{})
				return opened(t, s, err)
			}
		}},
	}
}

func testRing(t testing.TB) *storage.Keyring {
	ring, err := storage.ParseKeyring(storage.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func opened(t testing.TB, s storage.Store, err error) storage.Store {
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Every message is delivered up to five times, out of order and at once, to
// three replicas, some of them as the two events that a mention is: each is
// answered once.
func TestRedeliveryToReplicas(t *testing.T) {
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			open := e.open(t)
			base, err := knowledge.Builtin()
			if err != nil {
				t.Fatal(err)
			}
			const messages = 60
			var desks []*Desk
			for range 3 {
				d, err := New(base, open(), Options{TriageChannels: []string{"test:C1"}, PersonRate: 1 << 20, ChannelRate: 1 << 20})
				if err != nil {
					t.Fatal(err)
				}
				desks = append(desks, d)
			}
			random := rand.New(rand.NewPCG(1, 2))
			var all []bot.Message
			for i := range messages {
				m := bot.Message{Tenant: bot.Tenant{Platform: "test", Workspace: "T"}, Kind: bot.Said, Channel: "C1", Place: bot.Public, Key: "k" + strconv.Itoa(i), Delivery: "d" + strconv.Itoa(i),
					Author: bot.Author{ID: "U" + strconv.Itoa(i%7)}, Text: "2026-07-01 10:00:00,000 ERROR [c.a.applinks] oauth_problem=timestamp_refused number " + strconv.Itoa(i)}
				for range 1 + random.IntN(5) {
					all = append(all, m)
				}
				if i%3 == 0 { // the same message as a mention
					m.Delivery, m.Asked = "mention "+strconv.Itoa(i), true
					for range 1 + random.IntN(3) {
						all = append(all, m)
					}
				}
			}
			random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			work := make(chan bot.Message)
			var wg sync.WaitGroup
			for w := range 12 {
				wg.Go(func() {
					for m := range work {
						if _, err := desks[w%3].Handle(t.Context(), m); err != nil {
							t.Errorf("Handle(%s): %v", m.Delivery, err)
						}
					}
				})
			}
			for _, m := range all {
				work <- m
			}
			close(work)
			wg.Wait()
			answers := map[string]int{}
			out := desks[0].Outbox("counter")
			for {
				rows, err := out.Lease(t.Context(), "test", 100, time.Now().Add(time.Minute))
				if err != nil {
					t.Fatal(err)
				}
				if len(rows) == 0 {
					break
				}
				for _, g := range rows {
					if g.To.Thread != "" { // else it is the notice that so many are a surge
						answers[g.To.Message]++
					}
					if err := out.Settle(t.Context(), g, bot.Settlement{State: bot.WasSent, Sent: bot.Sent{ID: "x" + g.ID}}); err != nil {
						t.Fatal(err)
					}
				}
			}
			for i := range messages {
				if key := "k" + strconv.Itoa(i); answers[key] != 1 {
					t.Errorf("message %s was answered %d times, want once", key, answers[key])
				}
			}
			if len(answers) != messages {
				t.Errorf("%d messages were answered, want %d", len(answers), messages)
			}
		})
	}
}

// What is decided of the messages of one thread does not depend on which replica
// gets which of them: none of their evidence is lost.
func TestOneThreadOnReplicas(t *testing.T) {
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			open := e.open(t)
			base, err := knowledge.Builtin()
			if err != nil {
				t.Fatal(err)
			}
			var desks []*Desk
			for range 3 {
				d, err := New(base, open(), Options{TriageChannels: []string{"test:C1"}, PersonRate: 1 << 20, ChannelRate: 1 << 20})
				if err != nil {
					t.Fatal(err)
				}
				desks = append(desks, d)
			}
			say := func(i int, d *Desk, thread, text string) {
				m := bot.Message{Tenant: bot.Tenant{Platform: "test", Workspace: "T"}, Kind: bot.Said, Channel: "C1", Place: bot.Public, Thread: thread,
					Key: "k" + strconv.Itoa(i), Delivery: "d" + strconv.Itoa(i), Author: bot.Author{ID: "U1"}, Text: text}
				if _, err := d.Handle(t.Context(), m); err != nil {
					t.Errorf("Handle(%s): %v", m.Delivery, err)
				}
			}
			say(0, desks[0], "", "oauth_problem=timestamp_refused")
			var wg sync.WaitGroup
			const more = 9
			for i := 1; i <= more; i++ {
				wg.Go(func() {
					say(i, desks[i%3], "k0", fmt.Sprintf("it also said HTTP/1.1 4%02d and oauth_consumer_key=\"key%d\"", i, i))
				})
			}
			wg.Wait()
			mem, err := desks[0].store.Recall(t.Context(), storage.Query{Tenant: "test//T", Channel: "C1", Thread: "k0"})
			if err != nil || mem.Case == nil {
				t.Fatalf("Recall = %+v, %v", mem, err)
			}
			if len(mem.Observations) != more+1 {
				t.Errorf("%d observations, want %d", len(mem.Observations), more+1)
			}
		})
	}
}
