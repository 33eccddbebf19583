package logline

import (
	"strings"
	"time"
)

// maxNesting is how deep objects are entered that wrap a log entry, as
// Elasticsearch's _source, Splunk's result and Datadog's content do.
const maxNesting = 4

// A slot is what a member of a JSON log line is taken for.
type slot uint8

const (
	noSlot slot = iota
	timeSlot
	levelSlot
	loggerSlot
	threadSlot
	messageSlot
	streamSlot // Docker's "stream": "stderr"
	answerSlot // members of an HTTP answer that is no log line
)

// An entry is a JSON log line while it is read. The lower a rank, the surer
// the member; 0 is none yet.
type entry struct {
	s        string
	stamp    stamp
	level    string
	logger   string
	thread   string
	rank     [answerSlot + 1]int
	from, to int // the message's text, encoded
	answer   int
	status   string // the level that "status" states, as Datadog writes it
}

// json reads one JSON object. An object is a log line when it has a message
// and a time or a level (or Docker's stream); other objects, API answers
// foremost, are none. A line that is cut off counts with what is left.
func (l *layer) json(s string, i int) bool {
	if j := blank(s, i+1); !at(s, j, '"') {
		return false
	}
	e := entry{s: s}
	e.object(i, noSlot, 0)
	message, timed, leveled := e.rank[messageSlot] > 0, e.rank[timeSlot] > 0, e.rank[levelSlot] > 0
	if !leveled && message && timed && e.status != "" {
		e.level, leveled = e.status, true
	}
	switch {
	case message && leveled, timed && leveled, message && e.rank[streamSlot] > 0:
	case message && timed && e.answer < 2:
	default:
		return false
	}
	l.format, l.end = "json", i
	l.stamp, l.level, l.logger, l.thread = e.stamp, e.level, e.logger, e.thread
	if message {
		l.end, l.hasText, l.carrier = e.from, true, true
		l.text = strings.TrimRight(unescape(s[e.from:e.to]), "\r\n")
	}
	return true
}

// object reads the members of the object at s[i] and returns where it ends.
// under is what the object itself is a member for.
func (e *entry) object(i int, under slot, depth int) int {
	s := e.s
	for i++; i < len(s); {
		i = blank(s, i)
		switch {
		case i >= len(s):
			return i
		case s[i] == '}':
			return i + 1
		case s[i] == ',':
			i++
			continue
		case s[i] != '"':
			return len(s) // no JSON from here on
		}
		end := stringEnd(s, i+1)
		key := s[i+1 : min(end, len(s))]
		i = blank(s, end+1)
		if !at(s, i, ':') {
			return len(s)
		}
		i = blank(s, i+1)
		if i >= len(s) {
			return i
		}
		sl, rank := member(key)
		switch s[i] {
		case '"':
			end := stringEnd(s, i+1)
			if under == threadSlot && sl == loggerSlot {
				sl = threadSlot // "process": {"thread": {"name": …}}
			}
			e.take(sl, rank+depth*8, i+1, min(end, len(s)), true)
			i = end + 1
		case '{':
			if w, ok := wrapper(key, sl); ok && depth < maxNesting {
				i = e.object(i, w, depth+1)
			} else {
				i = valueEnd(s, i)
			}
		case '[':
			// Kibana's fields are lists of one.
			if first := blank(s, i+1); at(s, first, '"') && sl != noSlot && sl != answerSlot {
				end := stringEnd(s, first+1)
				e.take(sl, rank+depth*8, first+1, min(end, len(s)), true)
			}
			i = valueEnd(s, i)
		default:
			end := i
			for end < len(s) && s[end] != ',' && s[end] != '}' && s[end] != ']' && !jsonSpace(s[end]) {
				end++
			}
			e.take(sl, rank+depth*8, i, end, false)
			i = end
		}
	}
	return i
}

// take keeps the member whose value is s[from:to] unless a surer one is known.
func (e *entry) take(sl slot, rank, from, to int, quoted bool) {
	if sl == noSlot {
		return
	}
	if sl == answerSlot {
		if lv := level(e.s[from:to]); lv != "" && quoted {
			e.status = lv
		}
		e.answer++
		return
	}
	if e.rank[sl] > 0 && e.rank[sl] <= rank {
		return
	}
	v := e.s[from:to]
	switch sl {
	case timeSlot:
		st, ok := readTime(v)
		if !ok {
			return
		}
		e.stamp = st
	case levelSlot:
		lv := level(strings.TrimSpace(v))
		if n, ok := integer(v); ok && lv == "" {
			if lv = numberLevel(n); n <= 7 {
				lv = severity(int(n))
			}
		}
		if lv == "" {
			return
		}
		e.level = lv
	case loggerSlot, threadSlot:
		if !quoted && sl == loggerSlot || v == "" || v == "null" {
			return
		}
		v = unescape(v)
		if sl == loggerSlot {
			e.logger = v
		} else {
			e.thread = v
		}
	case messageSlot:
		if !quoted {
			return
		}
		e.from, e.to = from, to
	}
	e.rank[sl] = rank
}

// member says what a key stands for in the log lines of Logback and Log4j
// (logstash, ECS), Logrus, Zap, Pino, Bunyan, Serilog, structlog,
// python-json-logger, GELF, journald, Docker, Google Cloud, Splunk and Datadog.
func member(key string) (slot, int) {
	if len(key) > 22 {
		return noSlot, 0
	}
	var b [22]byte
	for i := 0; i < len(key); i++ {
		c := key[i]
		if upper(c) {
			c += 'a' - 'A'
		}
		b[i] = c
	}
	switch string(b[:len(key)]) {
	case "@timestamp", "timestamp", "time", "ts", "@t", "asctime", "__realtime_timestamp":
		return timeSlot, 1
	case "datetime", "_time", "t", "date", "eventtime", "timemillis":
		return timeSlot, 2
	case "level", "log.level", "levelname", "severity", "lvl", "loglevel", "@l", "severitytext", "severity_text":
		return levelSlot, 1
	case "priority", "status_level", "level_name":
		return levelSlot, 2
	case "logger", "logger_name", "loggername", "log.logger", "sourcecontext":
		return loggerSlot, 1
	case "name", "category", "channel", "module":
		return loggerSlot, 2
	case "caller", "syslog_identifier", "_systemd_unit", "component":
		return loggerSlot, 3
	case "thread", "thread_name", "threadname", "process.thread.name":
		return threadSlot, 1
	case "message", "msg", "textpayload", "@m", "short_message", "_raw":
		return messageSlot, 1
	case "log", "renderedmessage", "event", "body", "@mt", "messagetemplate", "content", "line":
		return messageSlot, 2
	case "stream":
		return streamSlot, 1
	case "status", "path", "error", "documentation_url", "errors", "code":
		return answerSlot, 1
	}
	return noSlot, 0
}

// wrapper reports whether an object under this key holds a log entry's members
// and what its "name" would be.
func wrapper(key string, sl slot) (slot, bool) {
	switch key {
	case "_source", "content", "result", "fields", "jsonPayload", "log", "attributes", "event", "record":
		return noSlot, true
	case "process":
		return threadSlot, true
	case "thread":
		return threadSlot, true
	}
	return noSlot, false
}

// readTime reads a time that is a whole value: a timestamp or seconds,
// milliseconds, microseconds or nanoseconds since 1970, told by magnitude.
func readTime(v string) (stamp, bool) {
	if len(v) > 64 {
		return stamp{}, false
	}
	v = strings.TrimSpace(v)
	if st, end, ok := readStamp(v, 0); ok && end == len(v) {
		return st, st.shape != clockShape
	}
	n, ok := epoch(v)
	if !ok {
		return stamp{}, false
	}
	return stamp{t: time.Unix(0, n).UTC(), dated: true, year: true, zone: true, shape: isoShape, frac: '.'}, true
}

// integer reads a decimal number of up to 18 digits.
func integer(v string) (int64, bool) {
	if v == "" || len(v) > 18 {
		return 0, false
	}
	var n int64
	for i := 0; i < len(v); i++ {
		if !digit(v[i]) {
			return 0, false
		}
		n = n*10 + int64(v[i]-'0')
	}
	return n, true
}
