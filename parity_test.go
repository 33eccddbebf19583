package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"golang.org/x/tools/txtar"

	"authfix/bot"
)

// A stage is a platform, with people and channels, on which the desk's stories
// are told. Ids of people, channels and messages are the story's own.
type stage interface {
	// start makes the people and channels, and runs the program.
	start(t *testing.T, s *server, people, admins, channels []string)
	say(by, channel, thread, key, text string, asked bool, files []playFile)
	edit(channel, key, text string)
	remove(channel, key string)
	command(by, channel, text string, file *playFile) (possible bool)
	form(by, channel, text string)
	shortcut(by, channel, key string)
	press(by, message, choice string)
	// settled reports whether all that was told is decided, as the database says.
	settled(db *sql.DB) bool
	// shown is all that the program has said, in order, as it stands now.
	shown() []shownMessage
	// marks are those of a message.
	marks(channel, key string) []bot.Mark
	// finish ends it; what the platform complains of fails the test.
	finish()
}

// A playFile is a file of a story.
type playFile struct{ name, content string }

// A shownMessage is what people see of a message of the program.
type shownMessage struct {
	id      string // the platform's
	person  string // who alone sees it, or ""
	channel string // when all see it
	thread  string // the key of the message that began the thread, or ""
	text    string // as it is read
	choices []shownChoice
}

type shownChoice struct{ id, label string }

// notPlayed are the stories that are not of what a person can do on a platform.
var notPlayed = map[string]string{
	"broken":           "a delivery that cannot be read is none of a person's: each adapter has its own tests of them",
	"edit_after_sent":  "edits that come in another order than they were made",
	"edit_before_sent": "what happens while nothing is sent",
	"edit_first":       "an edit that comes before its message",
	"file_mention":     "what happens while nothing is sent",
	"home":             "Discord has no page of the bot",
	"private":          "choices of a reply that only somebody else sees",
	"redelivery":       "deliveries that come again: each adapter has its own tests of them",
	"swept":            "what is deleted by jobs of the night",
	"tenants":          "two workspaces with equal ids",
}

// differing are the steps after which one platform shows something else, and has
// to.
var differing = map[string]string{
	"again/discord/said direct key=104.1 by=U7": "a direct message is in no guild, and what happened in a guild is not told outside of it",
}

// TestParity tells the desk's stories in Slack and in Discord, through the whole
// program and over real sockets, and compares what people see with what the desk
// said: headline, cause, query, steps and choices, who sees it and where, and
// what is changed in place.
func TestParity(t *testing.T) {
	all, err := filepath.Glob("handlers/testdata/stories/*.txtar")
	if err != nil || len(all) < 30 {
		t.Fatalf("%d stories, %v", len(all), err)
	}
	played := 0
	// They wait most of the time, so many are told at once, however many cores there
	// are.
	var telling sync.WaitGroup
	stages := make(chan struct{}, 12)
	for _, path := range all {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if notPlayed[name] != "" {
			continue
		}
		played++
		for on, stage := range map[string]func() stage{"slack": newSlackStage, "discord": newDiscordStage} {
			telling.Go(func() {
				stages <- struct{}{}
				defer func() { <-stages }()
				t.Run(name+"/"+on, func(t *testing.T) { newPlay(t, path, stage()).perform() })
			})
		}
	}
	telling.Wait()
	if played+len(notPlayed) != len(all) {
		t.Errorf("of %d stories %d are played and %d are not: notPlayed names one that is gone", len(all), played, len(notPlayed))
	}
}

// A play is a story on a stage.
type play struct {
	t       *testing.T
	story   *txtar.Archive
	stage   stage
	moved   atomic.Int64 // of the clock
	began   time.Time
	db      *sql.DB
	files   map[string]string
	heard   map[string]bool     // keys of messages
	cases   []string            // ids by the order in which they are seen
	replies map[string][]string // messages by the name of the reply
	before  map[string]string   // what each message said before the step
}

func newPlay(t *testing.T, path string, on stage) *play {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return &play{t: t, story: a, stage: on, began: time.Now(), heard: map[string]bool{}, files: map[string]string{}, replies: map[string][]string{}, before: map[string]string{}}
}

// now is the time of the stories. It nearly stands still while nobody waits, so
// that a slow machine sees the same story.
func (p *play) now() time.Time {
	return time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC).Add(time.Since(p.began) / 1000).Add(time.Duration(p.moved.Load()))
}

// words are the attributes of a section.
func attributes(name string) (kind string, attr map[string]string) {
	f := strings.Fields(name)
	attr = map[string]string{}
	for _, w := range f[1:] {
		k, v, _ := strings.Cut(w, "=")
		attr[k] = v
	}
	return f[0], attr
}

// roles reads who and what the story is about.
func (p *play) roles() (people, channels []string) {
	add := func(all *[]string, id string) {
		if id != "" && !slices.Contains(*all, id) {
			*all = append(*all, id)
		}
	}
	add(&people, "U1")
	add(&channels, "C1")
	for _, f := range p.story.Files {
		_, attr := attributes(f.Name + " ")
		if f.Name != "out" {
			add(&people, attr["by"])
			add(&channels, attr["channel"])
		}
		for _, id := range regexp.MustCompile(`\bU\d+\b`).FindAllString(string(f.Data), -1) {
			add(&people, id)
		}
		for _, id := range regexp.MustCompile(`\bC\d+\b`).FindAllString(string(f.Data), -1) {
			add(&channels, id)
		}
	}
	return people, channels
}

// perform tells the story.
func (p *play) perform() {
	var log logbook
	s := newServer(p.t, &log)
	s.now = p.now
	s.config.PersonRate, s.config.ChannelRate = 10_000, 10_000
	var admins []string
	for line := range strings.Lines(string(p.story.Comment)) {
		f := strings.Fields(line)
		if len(f) < 3 || f[0] != "set" {
			continue
		}
		switch f[1] {
		case "triage":
			s.config.TriageChannels = f[2:]
		case "admins":
			for _, a := range f[2:] {
				admins = append(admins, strings.TrimPrefix(a, "story:"))
			}
		case "person-rate":
			s.config.PersonRate, _ = strconv.Atoi(f[2])
		case "channel-rate":
			s.config.ChannelRate, _ = strconv.Atoi(f[2])
		default:
			p.t.Fatalf("set %s is not known here", f[1])
		}
	}
	people, channels := p.roles()
	p.stage.start(p.t, s, people, admins, channels)
	db, err := sql.Open("sqlite3", "file:"+s.config.Database.path+"?mode=ro&_busy_timeout=10000")
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	p.db = db
	for i := 0; i < len(p.story.Files); i++ {
		f := p.story.Files[i]
		if f.Name == "out" {
			continue
		}
		want := p.out(i)
		if kind, attr := attributes(f.Name); kind == "said" {
			// What a platform may tell twice, of which once as a mention, people say once.
			if p.heard[attr["key"]] {
				continue
			}
			for j := i + 2; j < len(p.story.Files); j++ {
				kind, again := attributes(p.story.Files[j].Name)
				if kind == "said" && again["key"] == attr["key"] {
					want += p.out(j)
					if _, asked := again["asked"]; asked {
						f.Name = p.story.Files[j].Name
					}
				}
			}
		}
		if !p.step(f.Name, strings.TrimSuffix(string(f.Data), "\n"), want) {
			continue
		}
		p.settle()
		if differing[strings.TrimPrefix(p.t.Name(), "TestParity/")+"/"+f.Name] != "" {
			p.look()
			continue
		}
		p.compare(f.Name, want)
		if p.t.Failed() {
			return
		}
	}
	p.stage.finish()
}

// out is what the story tells after a section.
func (p *play) out(i int) string {
	if i+1 < len(p.story.Files) && p.story.Files[i+1].Name == "out" {
		return string(p.story.Files[i+1].Data)
	}
	return ""
}

// step does one section; false when it is nothing that people do.
func (p *play) step(name, text, want string) bool {
	kind, attr := attributes(name)
	by, channel := attr["by"], attr["channel"]
	if by == "" {
		by = "U1"
	}
	if channel == "" {
		channel = "C1"
	}
	if _, direct := attr["direct"]; direct {
		channel = "D" + by
	}
	_, asked := attr["asked"]
	var files []playFile
	if ids := attr["files"]; ids != "" {
		for id := range strings.SplitSeq(ids, ",") {
			files = append(files, playFile{id, p.files[id]})
		}
	}
	switch kind {
	case "file":
		p.files[strings.Fields(name)[1]] = text
		return false
	case "wait":
		d, err := time.ParseDuration(strings.Fields(name)[1])
		if err != nil {
			p.t.Fatal(err)
		}
		p.moved.Add(int64(d))
		return true
	case "cases":
		return false
	case "said":
		if _, own := attr["self"]; own {
			return false
		}
		if _, other := attr["bot"]; other {
			by = "bot"
		}
		if thread := attr["thread"]; thread != "" && !p.heard[thread] { // the story has not told how it began
			p.hear("U1", channel, "", thread, "Good morning!", false, nil)
			p.settle()
		}
		p.hear(by, channel, attr["thread"], attr["key"], text, asked, files)
	case "edited":
		p.stage.edit(channel, attr["key"], text)
	case "deleted":
		if !p.heard[attr["key"]] { // the platform told the deletion first: nobody sees the message
			p.heard[attr["key"]] = true
			return false
		}
		p.stage.remove(channel, attr["key"])
	case "commanded":
		var file *playFile
		if files != nil {
			file = &files[0]
		}
		switch {
		case attr["command"] == "diagnose" && attr["key"] != "":
			if !p.heard[attr["key"]] {
				p.hear(by, channel, "", attr["key"], text, false, nil)
			}
			p.settle()
			p.stage.shortcut(by, channel, attr["key"])
		case attr["command"] == "diagnose":
			if text == "" { // neither platform hands in an empty form
				return false
			}
			p.stage.form(by, channel, text)
		case attr["command"] != "", strings.TrimSpace(text) == "" && file == nil:
			return false // no such command can be given; and the form alone says nothing yet
		default:
			return p.stage.command(by, channel, text, file)
		}
	case "clicked":
		id, choice, _ := strings.Cut(attr["choice"], ":")
		n, err := strconv.Atoi(strings.TrimPrefix(id, "case"))
		if err != nil || n > len(p.cases) {
			return false // an id that nobody was ever shown
		}
		on := p.offered(by, "v1:"+p.cases[n-1]+":"+choice)
		if on == "" {
			return false
		}
		p.stage.press(by, on, "v1:"+p.cases[n-1]+":"+choice)
	default:
		p.t.Fatalf("section %s is not known here", kind)
	}
	return true
}

// hear has somebody say something.
func (p *play) hear(by, channel, thread, key, text string, asked bool, files []playFile) {
	p.heard[key] = true
	p.stage.say(by, channel, thread, key, text, asked, files)
}

// offered is the newest message that offers a choice to a person.
func (p *play) offered(by, choice string) (message string) {
	for _, m := range p.stage.shown() {
		if m.person != "" && m.person != by {
			continue
		}
		for _, c := range m.choices {
			if c.id == choice {
				message = m.id
			}
		}
	}
	return message
}

// settle waits until all that was told is decided, and all that was decided is
// said.
func (p *play) settle() {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		busy := "the platform waits"
		if p.stage.settled(p.db) {
			if busy = p.pending(); busy == "" {
				return
			}
		}
		if time.Now().After(end) {
			p.t.Fatalf("not settled within %v: %s", patience, busy)
		}
	}
}

// pending says what the program has still to do.
func (p *play) pending() string {
	for what, query := range map[string]string{
		"replies wait":     `SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')`,
		"files are unread": `SELECT count(*) FROM river_job WHERE json_extract(args, '$.kind') IN ('file', 'forget') AND state NOT IN ('completed', 'discarded', 'cancelled')`,
	} {
		var n int
		if err := p.db.QueryRow(query).Scan(&n); err != nil {
			return err.Error()
		}
		if n > 0 {
			return fmt.Sprintf("%d %s", n, what)
		}
	}
	return ""
}

// A wantedReply is a reply as the story tells it.
type wantedReply struct {
	name     string // such as mreply1
	replaces bool
	person   string
	channel  string
	thread   string
	pieces   []string // of its text, squeezed, in order
	choices  []string
	mark     string // what the message is marked as: "" for no mark
	isMark   bool
}

var (
	replyHead = regexp.MustCompile(`^(?:directly to (U\d+)|privately to (U\d+) in (\S+?)|in (\S+?))(?: thread (\S+?))?(?:, instead of (\S+)| as (\S+)):$`)
	linkPart  = regexp.MustCompile(`<([^<>]*?)(?: (?:https?://\S+|[CDG]\d+\S*))?>`)
)

// wanted reads the replies of an out section.
func (p *play) wanted(out string) []wantedReply {
	var all []wantedReply
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if f := replyHead.FindStringSubmatch(line); f != nil {
			w := wantedReply{name: f[7], person: f[1] + f[2], channel: f[4], thread: f[5]}
			if f[6] != "" {
				w.name, w.replaces = f[6], true
			}
			if strings.HasPrefix(w.channel, "D") {
				w.channel, w.person = "", "-" // whoever it is with
			}
			if i := slices.IndexFunc(all, func(earlier wantedReply) bool { return w.replaces && earlier.name == w.name }); i >= 0 {
				all = slices.Delete(all, i, i+1) // nobody need have seen what stood there for a moment
				w.replaces = false
			}
			all = append(all, w)
			continue
		}
		if len(all) == 0 || !strings.HasPrefix(line, "  ") {
			continue
		}
		p.piece(&all[len(all)-1], strings.TrimPrefix(line, "  "))
	}
	return all
}

// piece reads a line of a reply.
func (p *play) piece(w *wantedReply, line string) {
	switch {
	case strings.HasPrefix(line, "(mark "):
		w.isMark, w.mark = true, strings.TrimSuffix(strings.TrimPrefix(line, "(mark "), ")")
		return
	case strings.HasPrefix(line, "(no longer "):
		w.isMark = true
		return
	case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
		w.choices = strings.Split(strings.Trim(line, "[]"), " | ")
		return
	case strings.HasPrefix(line, "# "):
		line = regexp.MustCompile(` \((sure|guess|warning|done|sorry)\)$`).ReplaceAllString(strings.TrimPrefix(line, "# "), "")
	case strings.HasPrefix(line, "More: "):
		line = strings.TrimPrefix(line, "More: ")
	}
	line = linkPart.ReplaceAllString(line, " / $1 / ")
	for part := range strings.SplitSeq(line, " / ") {
		for field := range strings.SplitSeq(part, ", ") {
			if s := squeeze(field); s != "" {
				w.pieces = append(w.pieces, s)
			}
		}
	}
}

// squeeze keeps what is said and leaves out how it is set: letters and digits.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// look remembers what stands there.
func (p *play) look() {
	for _, m := range p.stage.shown() {
		p.before[m.id] = m.text
	}
}

// compare holds what people see against what the story tells.
func (p *play) compare(step, out string) {
	p.t.Helper()
	var fresh []shownMessage
	now := map[string]shownMessage{}
	for _, m := range p.stage.shown() {
		now[m.id] = m
		for _, c := range m.choices {
			if f := strings.Split(c.id, ":"); len(f) > 2 && f[1] != "" && !slices.Contains(p.cases, f[1]) {
				p.cases = append(p.cases, f[1])
			}
		}
		if before, ok := p.before[m.id]; !ok {
			fresh = append(fresh, m)
		} else if before != m.text {
			defer delete(now, m.id)
		}
	}
	for _, w := range p.wanted(out) {
		switch {
		case w.isMark:
			p.compareMark(step, w)
		case w.replaces:
			p.compareChanged(step, w, now)
		default:
			fresh = p.compareNew(step, w, fresh)
		}
	}
	for _, m := range fresh {
		p.t.Errorf("after %q somebody sees what the desk did not say (%s%s thread %s):\n%s", step, m.person, m.channel, m.thread, m.text)
	}
	for id, m := range now {
		p.before[id] = m.text
	}
}

func (p *play) compareMark(step string, w wantedReply) {
	got := p.stage.marks(w.channel, w.thread)
	if w.mark == "" && len(got) != 0 || w.mark != "" && !slices.Equal(got, []bot.Mark{bot.Mark(w.mark)}) {
		p.t.Errorf("after %q the message %s has the marks %v, want %q", step, w.thread, got, w.mark)
	}
}

// compareChanged wants an earlier message to say something else now.
func (p *play) compareChanged(step string, w wantedReply, now map[string]shownMessage) {
	ids := p.replies[w.name]
	if ids == nil {
		p.t.Errorf("after %q %s is changed, which was never seen", step, w.name)
		return
	}
	text, changed := "", false
	var choices []string
	for _, id := range ids {
		m := now[id]
		text += squeeze(m.text)
		changed = changed || p.before[id] != m.text
		for _, c := range m.choices {
			choices = append(choices, c.label)
		}
	}
	if !changed {
		p.t.Errorf("after %q nothing is changed in %s", step, w.name)
	}
	p.compareText(step, w, text, choices)
}

// compareNew wants a new message, or several in a row that make up one reply,
// and returns the others.
func (p *play) compareNew(step string, w wantedReply, fresh []shownMessage) (rest []shownMessage) {
	var text string
	var choices []string
	var ids []string
	for i, m := range fresh {
		private := w.person != ""
		here := m.person == "" && m.channel == w.channel && m.thread == w.thread
		if private {
			here = m.person == w.person || w.person == "-" && m.person != ""
		}
		begun := len(ids) > 0
		if !here || !begun && len(w.pieces) > 0 && !strings.Contains(squeeze(m.text), w.pieces[0]) || begun && complete(text, w.pieces) && len(choices) >= len(w.choices) {
			rest = append(rest, fresh[i])
			continue
		}
		ids = append(ids, m.id)
		text += squeeze(m.text)
		for _, c := range m.choices {
			choices = append(choices, c.label)
		}
	}
	if ids == nil {
		var seen strings.Builder
		for _, m := range fresh {
			fmt.Fprintf(&seen, "%s%s thread %s:\n%s\n", m.person, m.channel, m.thread, m.text)
		}
		p.t.Errorf("after %q nobody sees %s (%s%s thread %s), which begins %q; new is:\n%s", step, w.name, w.person, w.channel, w.thread, first(w.pieces), seen.String())
		return rest
	}
	p.replies[w.name] = ids
	p.compareText(step, w, text, choices)
	return rest
}

// complete reports whether a text holds all pieces, in order.
func complete(text string, pieces []string) bool {
	for _, piece := range pieces {
		i := strings.Index(text, piece)
		if i < 0 {
			return false
		}
		text = text[i+len(piece):]
	}
	return true
}

func (p *play) compareText(step string, w wantedReply, text string, choices []string) {
	rest := text
	for _, piece := range w.pieces {
		i := strings.Index(rest, piece)
		if i < 0 {
			p.t.Errorf("after %q %s lacks %q at its place; it reads\n%s", step, w.name, piece, text)
			break
		}
		rest = rest[i+len(piece):]
	}
	if !slices.Equal(choices, w.choices) {
		p.t.Errorf("after %q the choices of %s are %q, want %q", step, w.name, choices, w.choices)
	}
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
