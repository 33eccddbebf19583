// Package logline reads the prefix that a program, container or viewer puts
// before a log message: time with zone, level, logger, thread.
//
// It knows the prefixes of the Atlassian products, Tomcat, journald, syslog,
// Docker, Kubernetes, web servers and the usual logging libraries, JSON and
// logfmt lines, and the columns of log viewers. Prefixes may be nested (a
// container runtime's in front of the application's own).
package logline

import (
	"strings"
	"time"
)

// A Prefix is what stands before the message of a log line.
//
// Nested prefixes are read from the outside in, at most three deep: Format is
// that of the innermost one, Level, Logger and Thread are the innermost that
// are stated, and the time is the innermost one that states its zone, or else
// the innermost one.
type Prefix struct {
	// Format names the innermost prefix:
	//
	//	atlassian  Jira, Confluence, Bitbucket, Bamboo, Crowd, Fisheye, Crucible
	//	bamboo     a Bamboo build log
	//	tomcat     catalina.out and its siblings
	//	access     a request log: common, combined, or Bitbucket's
	//	java       Logback, Log4j, Spring Boot, JBoss, log4net, NLog
	//	jul        java.util.logging: the line with the time; "SEVERE: …" under it is a level
	//	jenkins    Jenkins' one-line form
	//	wrapper    Java Service Wrapper
	//	python     Python's logging
	//	dotnet     the .NET console
	//	rails      Ruby's Logger
	//	monolog    PHP frameworks, and php for PHP itself
	//	go         Go's log package
	//	nginx      nginx's error log, and apache for Apache's
	//	syslog     RFC 3164 and RFC 5424, and journald for journalctl's
	//	klog       Kubernetes components
	//	cri        a container runtime's file; kubectl and compose for what those commands put in front
	//	grep       the name or number that grep puts before a line with a time
	//	json       one JSON object; logfmt for key=value pairs
	//	viewer     the time column of Kibana, Splunk or Datadog
	//	plain      only a time, perhaps with a level
	//	level      only a level
	//	cut        the front of the line is missing
	Format string

	Message int // byte offset in the line at which the message begins; len(line) when nothing follows

	// Time is in UTC, the stated offset applied; as if UTC when ZoneKnown is
	// false. It is zero when the line has none, when it has a time of day
	// without a date, or a date whose day and month cannot be told apart. With
	// YearKnown false its year is 0: the caller sets it by its own clock.
	Time      time.Time
	ZoneKnown bool
	YearKnown bool

	Level  string // TRACE, DEBUG, INFO, WARN, ERROR, FATAL, or ""
	Logger string // logger, class, unit or source file, as written
	Thread string // as written; Jira's may hold a URL and a user

	// Text is the decoded message of a JSON or logfmt line, without prefixes
	// of its own and without a trailing line break; else empty.
	Text string
}

// maxDepth is how many nested prefixes are read.
const maxDepth = 3

// A layer is one prefix of possibly several.
type layer struct {
	format  string
	end     int  // where what follows begins
	carrier bool // whether another prefix may follow
	stamp   stamp
	level   string
	logger  string
	thread  string

	hasText bool // JSON, logfmt: text is the decoded message, which begins at end
	text    string
}

// Parse reads the prefix of one line, without its line break. It reports false
// when the line has none: then it is prose, code, a stack frame, or the second
// line of an entry. It takes linear time, keeps no reference but substrings of
// line, and is safe for concurrent use.
func Parse(line string) (Prefix, bool) {
	i := 0
	for i < len(line) && i < 32 && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	if i == len(line) {
		return Prefix{}, false
	}
	return parse(line, i, maxDepth)
}

func parse(line string, i, depth int) (Prefix, bool) {
	var p Prefix
	found := false
	for n := 0; n < depth && i < len(line); n++ {
		var l layer
		if !l.read(line, i) {
			break
		}
		found = true
		p.add(&l)
		i = l.end
		if l.hasText {
			p.Text = l.text
			if l.carrier {
				p.inner(line, l.text, depth-n-1)
			}
			return p, true
		}
		if !l.carrier {
			break
		}
		for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
			i++
		}
	}
	return p, found
}

// add lays an inner layer over what the outer ones gave.
func (p *Prefix) add(l *layer) {
	p.Format, p.Message = l.format, l.end
	if l.level != "" {
		p.Level = l.level
	}
	if l.logger != "" {
		p.Logger = l.logger
	}
	if l.thread != "" {
		p.Thread = l.thread
	}
	if l.stamp.dated && (l.stamp.zone || !p.ZoneKnown) {
		p.Time, p.ZoneKnown, p.YearKnown = l.stamp.t, l.stamp.zone, l.stamp.year
	}
}

// inner reads the prefix that the message of a JSON line has itself. p.Message
// is where text begins, still encoded, in line.
func (p *Prefix) inner(line, text string, depth int) {
	first := text
	if n := strings.IndexByte(text, '\n'); n >= 0 {
		first = text[:n]
	}
	q, ok := parse(first, 0, depth)
	if !ok {
		return
	}
	p.Format = q.Format
	if q.Level != "" {
		p.Level = q.Level
	}
	if q.Logger != "" {
		p.Logger = q.Logger
	}
	if q.Thread != "" {
		p.Thread = q.Thread
	}
	if !q.Time.IsZero() && (q.ZoneKnown || !p.ZoneKnown) {
		p.Time, p.ZoneKnown, p.YearKnown = q.Time, q.ZoneKnown, q.YearKnown
	}
	p.Message = encodedOffset(line, p.Message, q.Message)
	p.Text = text[q.Message:]
	if q.Text != "" {
		p.Text = q.Text
	}
}

// read reads one layer at s[i:]. It decides by the first byte which formats
// can stand there.
func (l *layer) read(s string, i int) bool {
	c := s[i]
	switch {
	case '0' <= c && c <= '9':
		if l.stamped(s, i) || l.access(s, i) {
			return true
		}
	case c == '[':
		if l.bracketed(s, i) {
			return true
		}
	case c == '{':
		return l.json(s, i)
	case c == '<':
		return l.syslog(s, i)
	case c == ':':
		if l.access(s, i) {
			return true
		}
	case c == '"':
		return l.quoted(s, i)
	case 'A' <= c && c <= 'Z':
		if l.capital(s, i) || l.compose(s, i) || l.access(s, i) {
			return true
		}
	case 'a' <= c && c <= 'z':
		if l.lower(s, i) || l.compose(s, i) || l.access(s, i) {
			return true
		}
	}
	return l.searched(s, i) || l.cut(s, i)
}
