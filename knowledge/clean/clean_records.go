package clean

import (
	"strings"

	"authfix/knowledge/logline"
)

// Bounds of a record.
const (
	maxRecordRows  = 200
	maxRecordBytes = 64 << 10
)

// records groups the plain rows. A line with a log prefix begins a record;
// lines without one belong to the record above, unless they are plainly
// something else: text behind a blank line, or on the other side of a fence or
// a quotation.
func (c *cleaner) records() {
	d := c.doc
	var rec *Record
	blank := false
	for i := range d.Rows {
		row := &d.Rows[i]
		text := c.plain[row.Start:row.End]
		p, ok := parsePrefix(text)
		if ok && rec != nil && rec.Logged && isTrace(text, &p) {
			ok = false
		}
		if ok && rec != nil && rec.Format == "jul" && p.Format == "level" && i == rec.First+1 {
			// java.util.logging's second line: "SEVERE: message".
			rec.Level, ok = p.Level, false
		}
		begins := rec == nil || ok || i-rec.First >= maxRecordRows || row.End-d.Rows[rec.First].Start > maxRecordBytes
		if !begins && text != "" {
			before := &d.Rows[i-1]
			begins = !blank && (row.Code != before.Code || (row.Quoted == 0) != (before.Quoted == 0)) ||
				blank && rec.Logged && !continues(text)
		}
		if begins {
			d.Records = append(d.Records, Record{First: i, Message: row.Start})
			rec = &d.Records[len(d.Records)-1]
		}
		if ok {
			rec.Logged, rec.Format = true, p.Format
			rec.Time, rec.ZoneKnown, rec.YearKnown = p.Time, p.ZoneKnown, p.YearKnown
			rec.Level, rec.Logger, rec.Thread = p.Level, p.Logger, p.Thread
			rec.Message = row.Start + min(max(p.Message, 0), len(text))
			if p.Text != "" && rec.Message > row.Start && c.plain[rec.Message-1] == '"' {
				c.messages = append(c.messages, rec.Message)
			}
		}
		blank = text == ""
		rec.Last, row.Record = i, len(d.Records)-1
	}
}

// continues reports whether a line behind a blank one goes on with the log
// entry above it.
func continues(text string) bool {
	return text[0] == ' ' || isFrame(text)
}

// isTrace reports whether a line with the prefix p goes on with the stack trace
// of the record above: containers and journald put their prefix before every
// line.
func isTrace(text string, p *logline.Prefix) bool {
	message := text[min(max(p.Message, 0), len(text)):]
	if isFrame(message) {
		return true
	}
	switch p.Format {
	case "compose", "kubectl", "cri", "journald", "syslog":
		return isThrown("", message)
	}
	return false
}

// isFrame reports whether text is a frame or a head of a stack trace, of Java,
// .NET, JavaScript, Python, PHP, Ruby or Go.
func isFrame(text string) bool {
	text = strings.TrimLeft(text, " ")
	if text == "" {
		return false
	}
	switch text[0] {
	case 'a':
		rest, ok := strings.CutPrefix(text, "at ")
		word, _, _ := strings.Cut(rest, " ")
		return ok && strings.ContainsAny(word, "(./:")
	case 'C':
		return strings.HasPrefix(text, "Caused by: ") || strings.HasPrefix(text, "Caused: ")
	case 'S':
		return strings.HasPrefix(text, "Suppressed: ")
	case '.':
		return strings.HasPrefix(text, "... ") && (strings.HasSuffix(text, " more") || strings.Contains(text, "common frames"))
	case '#':
		return len(text) > 2 && text[1] >= '0' && text[1] <= '9'
	case 'F':
		return strings.HasPrefix(text, `File "`)
	case 'T':
		return strings.HasPrefix(text, "Traceback (")
	case 'f':
		return strings.HasPrefix(text, "from /") || strings.HasPrefix(text, "from (")
	case '-':
		return strings.HasPrefix(text, "--- ")
	}
	return false
}
