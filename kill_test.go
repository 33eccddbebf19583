package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"authfix/bot/bottest"
)

// killPoints are where processes are killed, each as often as any other.
var killPoints = []point{anyTime, beforeCommit, afterCommit, beforeAck, afterLease, beforeSend, postArrived, postRecorded, afterSend, anyTime}

// A process is killed again and again in the midst of its work, as with kill -9,
// and the next one finds what it left: all that was acknowledged is decided once
// and answered, what was not comes again, and nothing is said twice but where the
// platform cannot tell a repetition and the answer to a send was lost.
//
// The kills go round the points, and each point round the databases and
// platforms.
func TestKill(t *testing.T) {
	kills := 40
	if soak() {
		kills = 200
	}
	type combination struct {
		engine string
		variant
	}
	combinations := []combination{{"sqlite", nonce}, {"postgres", finder}, {"sqlite", neither}, {"postgres", nonce}, {"sqlite", finder}, {"postgres", neither}}
	schedule := make([][]point, len(combinations))
	for i := range kills {
		p, round := i%len(killPoints), i/len(killPoints)
		c := (p + round) % len(combinations)
		schedule[c] = append(schedule[c], killPoints[p])
	}
	var mu sync.Mutex
	total, at := tally{}, map[point]int{}
	t.Run("on", func(t *testing.T) {
		for i, c := range combinations {
			t.Run(c.engine+" with "+c.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, c.engine, c.variant, bottest.Options{Shuffle: i%2 == 1})
				sum := w.killAll(schedule[i])
				mu.Lock()
				defer mu.Unlock()
				total.add(sum)
				for p, n := range w.kills {
					at[p] += n
				}
			})
		}
	})
	done := 0
	for _, p := range killPoints[:len(killPoints)-1] {
		done += at[p]
		t.Logf("%3d kills %s", at[p], p)
	}
	t.Logf("%3d kills: %v", done, total)
	if done != kills {
		t.Errorf("%d kills, want %d", done, kills)
	}
}

func (t *tally) add(o tally) {
	t.messages += o.messages
	t.replies += o.replies
	t.doubles += o.doubles
	t.unsure += o.unsure
	t.lost += o.lost
	t.lacking += o.lacking
}

// killAll kills a process at each of the points, under traffic, and verifies
// what the last one has made of it.
func (w *world) killAll(points []point) tally {
	w.t.Helper()
	stop := w.feed(8*time.Millisecond, 30)
	defer stop()
	rand.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	for _, at := range points {
		w.killOne(at)
	}
	last := w.launch("", 0)
	last.awaitListening()
	stop()
	w.drain()
	sum := w.verify()
	last.stop()
	if w.engine == "sqlite" {
		for _, end := range []string{"", "-wal"} {
			data, err := os.ReadFile(w.path + end)
			if err == nil && bytes.Contains(data, []byte(replyToken)) {
				w.t.Errorf("a reply's address is readable in the database%s", end)
			}
		}
	}
	return sum
}

// killOne launches a process and kills it at a point.
func (w *world) killOne(at point) {
	w.t.Helper()
	switch at {
	case anyTime:
		p := w.launch("", 0)
		// From its first instruction on, or once it works.
		if span := time.Second; rand.IntN(3) == 0 {
			time.Sleep(rand.N(span))
		} else {
			p.awaitListening()
			time.Sleep(rand.N(span))
		}
		p.kill()
		w.noteKill(p, at)
	case postArrived, postRecorded:
		w.killInService(at)
	default:
		p := w.launch(at, 1+rand.IntN(12))
		id := w.awaitPoint(p, p.at)
		p.kill()
		delivered, leased := w.noteKill(p, at)
		// It was where it says that it was.
		said := slices.ContainsFunc(w.service.Posts(), func(s bottest.Post) bool { return s.To.Key == id })
		acked := w.traffic.ackedNow()[id]
		ok := map[point]bool{
			beforeCommit: !delivered[id] && !acked,
			afterCommit:  delivered[id] && !acked,
			beforeAck:    delivered[id],
			afterLease:   leased[id],
			beforeSend:   leased[id],
			afterSend:    leased[id] && said,
		}[at]
		if !ok {
			w.t.Errorf("killed %s of %s: recorded %v, acknowledged %v, leased %v, said %v", at, id, delivered[id], acked, leased[id], said)
		}
	}
}

// awaitPoint waits until a process is at its point and returns what is there.
func (w *world) awaitPoint(p *process, at <-chan string) string {
	w.t.Helper()
	select {
	case id := <-at:
		return id
	case <-p.ended:
		w.t.Fatalf("%s has ended by itself: %v", p.name, p.err)
	case <-time.After(patience):
		w.t.Fatalf("%s does not get to its point", p.name)
	}
	return ""
}

// killInService kills a process while the service deals with a post of it: one
// that has arrived, of which nobody knows whether it will be said, or one that
// was said and whose answer does not reach the process.
func (w *world) killInService(at point) {
	w.t.Helper()
	reached, killed := make(chan string, 1), make(chan struct{})
	n := 1 + rand.IntN(12)
	var mu sync.Mutex
	here := func(p bottest.Post) bool {
		mu.Lock()
		defer mu.Unlock()
		n--
		return n == 0
	}
	var hooks bottest.Hooks
	if at == postArrived {
		hooks.Arrived = func(p bottest.Post) bottest.Answer {
			if !here(p) {
				return bottest.Answer{}
			}
			reached <- p.To.Key
			<-killed
			return []bottest.Answer{{}, bottest.Dropped}[rand.IntN(2)]
		}
	} else {
		hooks.Recorded = func(p bottest.Post) {
			if here(p) {
				reached <- p.To.Key
				<-killed
			}
		}
	}
	w.setHooks(hooks)
	p := w.launch("", 0)
	id := w.awaitPoint(p, reached)
	p.kill()
	close(killed)
	w.setHooks(bottest.Hooks{})
	_, leased := w.noteKill(p, at)
	if !leased[id] {
		w.t.Errorf("killed when %s: reply %s is not leased", at, id)
	}
}
