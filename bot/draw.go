package bot

import (
	"fmt"
	"net/url"
	"strings"
)

// What is the same wherever a reply is drawn.

// Plain returns s with nothing but what shows something, in texts that are safe
// to show as [PlainLines] says: Label, Prose and Code are "" when they are blank,
// and Fields without name and value are left out. List is nil when all of it is
// blank; otherwise a blank entry is "" and keeps its number.
func (s *Section) Plain() Section {
	p := Section{Label: PlainLine(s.Label), Prose: strings.Trim(PlainLines(s.Prose), "\n"), Code: PlainLines(s.Code),
		Syntax: s.Syntax, Number: s.Number, Links: s.Links}
	for _, text := range []*string{&p.Label, &p.Prose, &p.Code} {
		if Blank(*text) {
			*text = ""
		}
	}
	shown := false
	list := make([]string, len(s.List))
	for i, item := range s.List {
		if item = strings.TrimSpace(PlainLines(item)); !Blank(item) {
			list[i], shown = item, true
		}
	}
	if shown {
		p.List = list
	}
	for _, f := range s.Fields {
		f = Field{Name: PlainLine(f.Name), Value: strings.Trim(PlainLines(f.Value), "\n")}
		if !Blank(f.Name) || !Blank(f.Value) {
			p.Fields = append(p.Fields, f)
		}
	}
	return p
}

// OnlyMarks reports whether r is nothing but marks, of which shown has those that
// a platform can put on a message.
func (r *Reply) OnlyMarks(shown map[Mark]string) bool {
	if r.Headline != "" || len(r.Sections) > 0 || len(r.Choices) > 0 || r.Mark == "" && r.Unmark == "" {
		return false
	}
	return (r.Mark == "" || shown[r.Mark] != "") && (r.Unmark == "" || shown[r.Unmark] != "")
}

// Words says a mark where it cannot be put on a message.
func (m Mark) Words() string {
	if m == Unread {
		return "A file was not read."
	}
	return PlainLine(string(m))
}

// Lead says how a reply is meant, before its headline: by a sign for those who see
// it, and in words. Both are "" where there is nothing to say.
func (t Tone) Lead() (sign, words string) {
	switch t {
	case Sure:
		return "✅", "Certain: "
	case Guess:
		return "❔", "Likely: "
	case Warning:
		return "⚠️", "Warning: "
	case Done:
		return "✔️", "Done: "
	case Sorry:
		return "✖️", "Sorry: "
	}
	return "", ""
}

// WebAddress is the address of a page as it can be followed from a message, and
// whether it is one. What does not belong into an address is escaped in it, and
// so are the characters of marks, which a platform's markup would end it by.
func WebAddress(raw, marks string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return "", false
	}
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c >= 0x7F || strings.IndexByte(marks, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String(), true
}
