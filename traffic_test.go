package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
)

// Pastes that are recognised for certain, and what is said of them.
const (
	clockPaste    = "2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] oauth_problem=timestamp_refused"
	clockTitle    = "the clocks of the two servers do not agree"
	consumerPaste = "2026-07-01 09:58:12,101 ERROR [c.a.applinks.oauth] oauth_problem=consumer_key_unknown"
	consumerTitle = "does not know the consumer key"
)

// channels is how many channels are listened to.
const channels = 64

// traffic makes messages of all kinds and knows what must come of each.
type traffic struct {
	service *bottest.Server
	copies  int  // of each delivery, at most
	plain   bool // reports in many channels only

	mu         sync.Mutex
	n          int
	deliveries map[string]bool
	acked      map[string]bool
	answers    map[place]string // what the answer, which all see, says at last
	evidence   map[place]int    // messages that are evidence in a thread, by its root
	silent     map[place]bool
	commands   map[string]bool // people who each gave one command
	roots      []root
}

// A place is a message of a channel.
type place struct{ channel, key string }

// A root is a message that begins a thread.
type root struct {
	place
	delivery string
}

func newTraffic(s *bottest.Server) *traffic {
	return &traffic{service: s, copies: 1, deliveries: map[string]bool{}, acked: map[string]bool{}, answers: map[place]string{},
		evidence: map[place]int{}, silent: map[place]bool{}, commands: map[string]bool{}}
}

// noteAcked notes an acknowledgement; that of a copy which was acknowledged
// before comes without its message.
func (f *traffic) noteAcked(delivery string) {
	if delivery == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acked[delivery] = true
}

func (f *traffic) ackedNow() map[string]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.acked)
}

// count is how many messages were delivered.
func (f *traffic) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}

// deliver has the next message delivered. Each tenth is of the same kind.
func (f *traffic) deliver() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	i := f.n
	kind, channel := i%10, i/10%3
	if f.plain {
		kind, channel = 0, i%channels
	}
	key := strconv.Itoa(i)
	m := bot.Message{Tenant: bot.Tenant{Platform: "test", Workspace: "T"}, Delivery: "d" + key, Kind: bot.Said, Channel: "C" + strconv.Itoa(channel), Place: bot.Public,
		Key: "k" + key, Author: bot.Author{ID: "U" + strconv.Itoa(i%17)}, Text: fmt.Sprintf("%s oauth_consumer_key=%q", clockPaste, "key-"+key)}
	at := place{m.Channel, m.Key}
	switch kind {
	default: // a report in a channel that is listened to
		f.begins(m, clockTitle)
	case 2: // a mention, which comes as two events
		f.begins(m, clockTitle)
		m.Delivery, m.Asked = "mention"+key, true
		f.send(m)
		return
	case 3: // more in a thread whose beginning was heard
		r := f.heardRoot()
		if r == nil {
			f.begins(m, clockTitle)
			break
		}
		m.Channel, m.Thread, m.Asked = r.channel, r.key, true
		f.answers[place{m.Channel, m.Key}] = clockTitle
		f.evidence[r.place]++
	case 4, 5: // a direct conversation
		m.Channel, m.Place, m.Asked = "D"+strconv.Itoa(i/10%2), bot.Direct, true
		m.Author.ID = m.Channel
		f.answers[place{m.Channel, m.Key}] = ""
	case 6: // a command, answered privately
		m.Kind, m.Command, m.Key, m.Author.ID = bot.Commanded, "diagnose", "", "command"+key
		m.ReplyTo, m.ReplyBy = replyToken, time.Now().Add(time.Hour)
		f.commands[m.Author.ID] = true
	case 7: // talk
		m.Text = "good morning, the deploy of yesterday went well"
		f.silent[at] = true
	case 8: // where nobody listens
		m.Channel = "elsewhere"
		f.silent[place{m.Channel, m.Key}] = true
	case 9: // a message that is edited at once
		f.answers[at] = consumerTitle
		f.send(m)
		m.Kind, m.Delivery, m.Revision = bot.Edited, "edit"+key, time.Now().UnixMicro()
		m.Text = fmt.Sprintf("%s oauth_consumer_key=%q", consumerPaste, "key-"+key)
	}
	f.send(m)
}

// replyToken is a credential that nothing may keep as it is.
const replyToken = "https://hooks.example.com/reply/7hR0keNt0k3n"

// begins notes a message that begins a thread.
func (f *traffic) begins(m bot.Message, answer string) {
	at := place{m.Channel, m.Key}
	f.answers[at] = answer
	f.evidence[at] = 1
	f.roots = append(f.roots, root{at, m.Delivery})
}

// heardRoot is a thread whose beginning was acknowledged, or nil.
func (f *traffic) heardRoot() *root {
	for range 5 {
		if len(f.roots) == 0 {
			return nil
		}
		if r := &f.roots[rand.IntN(len(f.roots))]; f.acked[r.delivery] && f.evidence[r.place] < 15 {
			return r
		}
	}
	return nil
}

// send hands a message to the service; the caller holds the lock.
func (f *traffic) send(m bot.Message) {
	f.deliveries[m.Delivery] = true
	f.service.Deliver(m, 1+rand.IntN(f.copies))
}

// longLease is one that does not end by itself, however busy the machine is.
const longLease = 20 * time.Second

// A tally is what a test has seen.
type tally struct {
	messages int
	replies  int // said, to everyone and privately
	doubles  int // replies that were said once more
	unsure   int // sends of which the process could not record the outcome
	lost     int // private replies that were not said, for nobody knew whether they had been
	lacking  int // of what was promised
}

func (t tally) String() string {
	return fmt.Sprintf("%d messages, %d replies, %d lacking; %d sends whose answer was lost, %d doubles, %d private replies given up",
		t.messages, t.replies, t.lacking, t.unsure, t.doubles, t.lost)
}

// A reply is a row of the outbox.
type reply struct {
	place    // what it answers
	id       string
	thread   string // and its case: what is decided of one case is decided in order
	person   string
	private  bool
	replaces string
	state    string
	notice   bool // of a surge: nobody asked for it
}

// verify examines, once everything is quiet, whether what is promised was kept.
func (w *world) verify() tally {
	w.t.Helper()
	f := w.traffic
	f.mu.Lock()
	defer f.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	db := w.look()
	defer db.Close()
	sum := tally{messages: f.n}
	bad := func(format string, args ...any) {
		w.t.Helper()
		if sum.lacking++; sum.lacking <= 20 {
			w.t.Errorf(format, args...)
		}
	}

	recorded := map[string]bool{}
	for _, row := range table(w.t, db, `SELECT id FROM deliveries`) {
		recorded[row[0]] = true
	}
	for id := range f.deliveries {
		if !f.acked[id] || !recorded[id] {
			bad("delivery %s: acknowledged %v, recorded %v", id, f.acked[id], recorded[id])
		}
	}

	// What was decided.
	var all []reply
	first, byID := map[place]string{}, map[string]*reply{}
	for _, r := range table(w.t, db, `SELECT id, channel, thread, person, CAST(private AS TEXT), message, replaces, state, case_id, once FROM outbox ORDER BY seq`) {
		all = append(all, reply{id: r[0], place: place{r[1], r[5]}, thread: r[1] + "/" + r[2] + " of case " + r[8], person: r[3], private: r[4] == "1", replaces: r[6], state: r[7], notice: r[9] != ""})
	}
	told := map[string]*reply{}
	for i := range all {
		r := &all[i]
		byID[r.id] = r
		switch {
		case r.private:
			if told[r.person] != nil {
				bad("the command of %s was decided twice", r.person)
			}
			told[r.person] = r
		case r.replaces == "" && !r.notice:
			if first[r.place] != "" {
				bad("message %v was decided twice", r.place)
			}
			first[r.place] = r.id
		}
		if f.silent[r.place] {
			bad("message %v was answered", r.place)
		}
		if r.state != "sent" && !(r.private && r.state == "lost") {
			bad("reply %s to %v is %s", r.id, r.place, r.state)
		}
	}

	// What was said.
	said, order, last := map[string][]bottest.Post{}, map[string][]string{}, map[place]bottest.Post{}
	for _, p := range w.service.Posts() {
		r := byID[p.To.Key]
		if r == nil {
			bad("reply %s was said and is not recorded", p.To.Key)
			continue
		}
		if said[r.id] == nil && !r.notice {
			order[r.thread] = append(order[r.thread], r.id)
			last[r.place] = p
		}
		said[r.id] = append(said[r.id], p)
	}
	for at, title := range f.answers {
		id := first[at]
		switch {
		case id == "":
			bad("message %v was not answered", at)
		case said[id] == nil:
			bad("the reply to %v was not said", at)
		case !strings.Contains(last[at].Reply.Headline, title):
			bad("the last reply to %v says %q", at, last[at].Reply.Headline)
		}
	}
	for person := range f.commands {
		switch r := told[person]; {
		case r == nil:
			bad("the command of %s was not answered", person)
		case len(said[r.id]) > 1:
			bad("%s was told %d times", person, len(said[r.id]))
		case r.state == "lost" && w.leased[r.id] == nil && w.lease >= longLease:
			bad("the private reply %s was given up, though none who had it was killed", r.id)
		case r.state == "sent" && len(said[r.id]) == 0:
			bad("the private reply %s is called sent and was not", r.id)
		}
	}

	// How often. A reply may be said again for each process that was killed after
	// it had said it and before it could record that. What can be found is not,
	// unless a process was frozen between the look at its lease and the request,
	// and said it when it woke.
	for id, posts := range said {
		sum.replies++
		lost := 0
		for _, p := range posts {
			if slices.Contains(w.leased[id], p.Client) {
				lost++
			}
		}
		sum.unsure += lost
		sum.doubles += len(posts) - 1
		allowed := lost
		if w.variant == nonce || w.variant == finder && !w.woken {
			allowed = 0
		}
		if len(posts)-1 > allowed {
			bad("reply %s was said %d times, and the answer to %d of the sends was lost", id, len(posts), lost)
		}
	}
	for _, r := range all {
		if r.private && r.state == "lost" && said[r.id] == nil {
			sum.lost++
		}
	}

	// In which order.
	nth := map[string]int{}
	for i := range all {
		nth[all[i].id] = i
	}
	for thread, ids := range order {
		if !slices.IsSortedFunc(ids, func(a, b string) int { return cmp.Compare(nth[a], nth[b]) }) {
			bad("the replies in %s were said out of order", thread)
		}
	}

	// What is remembered.
	for _, row := range table(w.t, db, `SELECT c.channel, c.thread, CAST(count(DISTINCT c.id) AS TEXT), CAST(count(o.message) AS TEXT) FROM cases c
 LEFT JOIN observations o ON o.tenant = c.tenant AND o.case_id = c.id WHERE c.thread <> '' GROUP BY c.channel, c.thread`) {
		want, ok := f.evidence[place{row[0], row[1]}]
		if ok && (row[2] != "1" || row[3] != strconv.Itoa(want)) {
			bad("thread %v has %s cases with %s observations, want one with %d", row[:2], row[2], row[3], want)
		}
	}
	w.t.Log(w.engine, w.variant.name, sum)
	return sum
}
