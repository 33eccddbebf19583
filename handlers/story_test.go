package handlers

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
	"authfix/storage/sqlite"
)

var update = flag.Bool("update", false, "write what the desk answers into the stories")

// A story is a conversation with the desk: messages in, replies and stored cases
// out. See testdata/stories/README.md for its form.
type story struct {
	t     *testing.T
	desk  *Desk
	store storage.Store
	out   bot.Outbox
	now   time.Time
	jobs  []storage.Job
	files map[string]string
	names map[string]string // id → name in the story
	ids   map[string]string // and back
	told  int               // messages so far
	hold  bool              // nothing is sent
	count map[string]int    // of names of a kind
	last  bot.Outcome
}

func TestStories(t *testing.T) {
	paths, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d stories, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runStory(t, path)
		})
	}
}

func runStory(t *testing.T, path string) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newStory(t, setup(t, string(a.Comment)))
	var files []txtar.File
	got := ""
	for i, f := range a.Files {
		if f.Name == "out" {
			if want := string(f.Data); got != want && !*update {
				t.Errorf("%s: after %q:\n--- got\n%s--- want\n%s", path, a.Files[i-1].Name, got, want)
			}
			continue
		}
		got = s.step(f.Name, strings.TrimSuffix(string(f.Data), "\n"))
		files = append(files, f, txtar.File{Name: "out", Data: []byte(got)})
	}
	if *update {
		a.Files = files
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// setup reads the lines "set NAME VALUE" of a story's comment.
func setup(t *testing.T, comment string) Options {
	o := Options{}
	for line := range strings.Lines(comment) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "set" {
			continue
		}
		switch f[1] {
		case "triage":
			o.TriageChannels = f[2:]
		case "admins":
			o.Admins = f[2:]
		case "person-rate":
			o.PersonRate, _ = strconv.Atoi(f[2])
		case "keep-excerpts":
			o.Retention.Excerpts, _ = time.ParseDuration(f[2])
		case "keep-cases":
			o.Retention.Cases, _ = time.ParseDuration(f[2])
		case "channel-rate":
			o.ChannelRate, _ = strconv.Atoi(f[2])
		default:
			t.Fatalf("set %s is unknown", f[1])
		}
	}
	return o
}

func newStory(t *testing.T, o Options) *story {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	ring, err := storage.ParseKeyring(storage.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, now: time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC), files: map[string]string{}, names: map[string]string{}, ids: map[string]string{}, count: map[string]int{}}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "authfix.db"), ring, sqlite.Options{
		Enqueue: func(_ context.Context, _ *sql.Tx, jobs []storage.Job) error {
			s.jobs = append(s.jobs, jobs...)
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	o.Now = func() time.Time { return s.now }
	o.Platform = func(string) bot.Platform { return (*storyPlatform)(s) }
	s.store = store
	if s.desk, err = New(base, store, o); err != nil {
		t.Fatal(err)
	}
	s.out = s.desk.Outbox("story")
	return s
}

// storyPlatform is the platform of a story: it knows its files and channels.
type storyPlatform story

func (*storyPlatform) Name() string { return "story" }

func (*storyPlatform) Listen(context.Context, func(context.Context, bot.Message) (bot.Ack, error)) error {
	return nil
}

func (*storyPlatform) Send(context.Context, bot.Destination, bot.Reply) (bot.Sent, error) {
	return bot.Sent{}, nil
}

func (p *storyPlatform) Open(_ context.Context, _ bot.Tenant, f bot.File) (io.ReadCloser, error) {
	text, ok := p.files[f.ID]
	if !ok {
		return nil, fmt.Errorf("no file %s: %w", f.ID, bot.ErrPermanent)
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// CanSee lets everyone see channels whose ids begin with C, and only members,
// whose ids the channel's id ends in, those that begin with G.
func (*storyPlatform) CanSee(_ context.Context, _ bot.Tenant, who bot.Author, channel string) (bool, error) {
	return strings.HasPrefix(channel, "C") || strings.HasSuffix(channel, who.ID), nil
}

func (*storyPlatform) IsPublic(_ context.Context, _ bot.Tenant, channel string) bool {
	return strings.HasPrefix(channel, "C")
}

// step does one section of a story and tells what came of it.
func (s *story) step(name, data string) string {
	words := strings.Fields(name)
	attr := map[string]string{}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		attr[k] = v
	}
	switch words[0] {
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.now = s.now.Add(d)
		return s.settle()
	case "file":
		s.files[words[1]] = data
		return ""
	case "job":
		return s.job(storage.Job{Kind: words[1], Version: 1})
	case "hold":
		s.hold = true
		return ""
	case "release":
		s.hold = false
		return s.settle()
	case "cases":
		return s.cases()
	}
	m := s.message(words[0], attr, data)
	out, err := s.desk.Handle(s.t.Context(), m)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	s.last = out
	text := "decided: " + out.Decision
	if out.Repeated {
		text += " (again)"
	}
	text += "\n"
	if out.Ack.Form != nil {
		text += "form: " + out.Ack.Form.Title + "\n"
	}
	return text + s.settle()
}

// message makes the message that a section describes.
func (s *story) message(kind string, attr map[string]string, data string) bot.Message {
	s.told++
	m := bot.Message{Tenant: bot.Tenant{Platform: "story", Workspace: "T1"}, Kind: bot.Kind(kind), Channel: "C1", Place: bot.Public, Text: data,
		Author: bot.Author{ID: "U1"}, Delivery: "delivery " + strconv.Itoa(s.told), Received: s.now, Sent: s.now}
	for k, v := range attr {
		switch k {
		case "channel":
			m.Channel = v
		case "direct":
			m.Place, m.Asked, m.Channel = bot.Direct, true, cmpString(v, "D1")
		case "thread":
			m.Thread = v
		case "key":
			m.Key = v
		case "rev":
			n, _ := strconv.Atoi(v)
			m.Revision = int64(n)
		case "asked":
			m.Asked = true
		case "by":
			m.Author.ID = v
		case "admin":
			m.Author.Admin = true
		case "bot":
			m.Author.Bot = true
		case "self":
			m.Author.Self = true
		case "delivery":
			m.Delivery = v
		case "tenant":
			m.Tenant.Workspace = v
		case "command":
			m.Command = v
		case "choice":
			id, label, _ := strings.Cut(v, ":")
			m.Choice = "v1:" + s.ids[id] + ":" + label
			m.Asked = true
		case "raw":
			m.Choice = v
		case "files":
			for id := range strings.SplitSeq(v, ",") {
				m.Files = append(m.Files, bot.File{ID: id, Name: id})
			}
		default:
			s.t.Fatalf("attribute %s is unknown", k)
		}
	}
	if kind == string(bot.Commanded) {
		m.Asked, m.ReplyTo, m.ReplyBy = true, "https://hooks.example/"+m.Delivery, s.now.Add(30*time.Minute)
	}
	return m
}

func cmpString(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// settle runs the jobs and sends what waits, and tells what was sent.
func (s *story) settle() string {
	var b strings.Builder
	for range 20 {
		if s.hold {
			break
		}
		rows, err := s.out.Lease(s.t.Context(), "story", 100, s.now.Add(time.Minute))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, g := range rows {
			fmt.Fprint(&b, s.sent(g))
		}
		if len(rows) > 0 {
			continue
		}
		if len(s.jobs) == 0 {
			break
		}
		j := s.jobs[0]
		s.jobs = s.jobs[1:]
		b.WriteString(s.job(j))
	}
	return b.String()
}

// job runs a job.
func (s *story) job(j storage.Job) string {
	for _, known := range s.desk.Jobs() {
		if known.Kind == j.Kind {
			if err := known.Run(s.t.Context(), j); err != nil {
				return "job " + j.Kind + ": " + err.Error() + "\n"
			}
			return "job " + j.Kind + "\n"
		}
	}
	return "job " + j.Kind + " is unknown\n"
}

// name gives an id its name in the story: the first case is case1.
func (s *story) name(kind, id string) string {
	if id == "" {
		return ""
	}
	if n, ok := s.names[id]; ok {
		return n
	}
	s.count[kind]++
	n := kind + strconv.Itoa(s.count[kind])
	s.names[id], s.ids[n] = n, id
	return n
}

// sent settles a reply as sent and draws it.
func (s *story) sent(g bot.Outgoing) string {
	id := g.To.Replaces
	if id == "" {
		id = "m" + s.name("reply", g.ID)
	}
	if err := s.out.Settle(s.t.Context(), g, bot.Settlement{State: bot.WasSent, Sent: bot.Sent{ID: id}}); err != nil {
		s.t.Fatal(err)
	}
	var b strings.Builder
	switch {
	case g.To.Channel == "":
		fmt.Fprintf(&b, "directly to %s", g.To.Person)
	case g.Private:
		fmt.Fprintf(&b, "privately to %s in %s", g.To.Person, g.To.Channel)
	default:
		fmt.Fprintf(&b, "in %s", g.To.Channel)
	}
	if g.To.Thread != "" {
		fmt.Fprintf(&b, " thread %s", g.To.Thread)
	}
	if g.To.Replaces != "" {
		fmt.Fprintf(&b, ", instead of %s", g.To.Replaces)
	} else {
		fmt.Fprintf(&b, " as %s", id)
	}
	b.WriteString(":\n")
	b.WriteString(s.draw(g.Reply))
	return b.String()
}

func (s *story) draw(r bot.Reply) string {
	var b strings.Builder
	if r.Unmark != "" {
		fmt.Fprintf(&b, "  (no longer %s)\n", r.Unmark)
	}
	if r.Mark != "" {
		fmt.Fprintf(&b, "  (mark %s)\n", r.Mark)
	}
	if r.Headline != "" {
		fmt.Fprintf(&b, "  # %s", r.Headline)
		if r.Tone != "" {
			fmt.Fprintf(&b, " (%s)", r.Tone)
		}
		b.WriteString("\n")
	}
	for _, x := range r.Sections {
		label := ""
		if x.Label != "" {
			label = x.Label + ": "
		}
		switch {
		case x.Code != "":
			fmt.Fprintf(&b, "  %s`%s`\n", label, strings.ReplaceAll(strings.TrimSpace(x.Code), "\n", "\n    "))
		case x.List != nil:
			fmt.Fprintf(&b, "  %s%s\n", label, strings.Join(x.List, " / "))
		case x.Fields != nil:
			var f []string
			for _, y := range x.Fields {
				f = append(f, y.Name+"="+y.Value)
			}
			fmt.Fprintf(&b, "  %s%s\n", label, strings.Join(f, ", "))
		default:
			fmt.Fprintf(&b, "  %s%s", label, strings.ReplaceAll(x.Prose, "\n", "\n    "))
			for _, l := range x.Links {
				fmt.Fprintf(&b, " <%s %s%s>", l.Label, l.URL, strings.TrimSuffix(l.Channel+"/"+l.Message, "/"))
			}
			b.WriteString("\n")
		}
	}
	var labels []string
	for _, c := range r.Choices {
		p, _ := parsePress(c.ID)
		if p.Case != "" {
			s.name("case", p.Case)
		}
		labels = append(labels, c.Label)
	}
	if labels != nil {
		fmt.Fprintf(&b, "  [%s]\n", strings.Join(labels, " | "))
	}
	if r.Footnote != "" {
		fmt.Fprintf(&b, "  -- %s\n", r.Footnote)
	}
	return b.String()
}

// cases tells what is stored of the cases that the story has shown.
func (s *story) cases() string {
	var b strings.Builder
	var names []string
	for n := range s.ids {
		if strings.HasPrefix(n, "case") {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		mem, err := s.store.Recall(s.t.Context(), storage.Query{Tenant: "story//T1", Case: s.ids[n]})
		if err != nil {
			s.t.Fatal(err)
		}
		c := mem.Case
		if c == nil {
			fmt.Fprintf(&b, "%s: gone\n", n)
			continue
		}
		fmt.Fprintf(&b, "%s: %s %s %s", n, c.State, c.Verdict, c.FailureMode)
		if c.Thread != "" {
			fmt.Fprintf(&b, " thread=%s", c.Thread)
		}
		if c.Author != "" {
			fmt.Fprintf(&b, " by=%s", c.Author)
		}
		for _, a := range c.Answers {
			fmt.Fprintf(&b, " %s=%s", a.Fact, a.Value)
		}
		for _, o := range mem.Observations {
			fmt.Fprintf(&b, " observed=%s@%d", o.Message, o.Revision)
		}
		for _, x := range []struct {
			name string
			at   time.Time
		}{{"sent", c.Sent}, {"human", c.FirstHuman}, {"resolved", c.ResolvedAt}} {
			if !x.at.IsZero() {
				fmt.Fprintf(&b, " %s=+%s", x.name, x.at.Sub(c.Received))
			}
		}
		votes, err := s.store.CaseVotes(s.t.Context(), "story//T1", c.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, v := range votes {
			fmt.Fprintf(&b, " vote=%s:%s", v.Person, v.Value)
		}
		b.WriteString("\n")
	}
	unknown, err := s.store.Uncategorised(s.t.Context(), "story//T1", 10)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, u := range unknown {
		excerpt, _ := json.Marshal(u.Excerpt)
		fmt.Fprintf(&b, "uncategorised: %d× in %s %s\n", u.N, u.Channel, excerpt)
	}
	text := b.String()
	for id, name := range s.names {
		text = strings.ReplaceAll(text, id, name)
	}
	return text
}
