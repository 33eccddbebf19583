package analyze

import (
	"strconv"
	"time"
)

// clockAnalyzer compares the times that a paste holds: those of requests,
// tokens and assertions with those of answers and log lines. Run only notes
// when a log line with such a time was written; Conclude compares.
func clockAnalyzer() Analyzer {
	return Analyzer{
		Name: "clock",
		Doc: "By how much the clocks of two sides differ, which side is wrong where that can be told, " +
			"whether it is a whole number of hours (a time-zone mistake), and when a zone is not known",
		Keywords: []string{
			"oauth_timestamp", "oauth_acceptable", "timestamp_refused", "timestamp refused", "date:",
			"notbefore", "notonorafter", "issueinstant", "eyj", `"exp"`, `"nbf"`, `"iat"`,
		},
		Run:      runClock,
		Conclude: concludeClock,
	}
}

// Bounds of what counts as a difference of clocks.
const (
	noise    = 5 * time.Second  // transport and rounding
	agree    = time.Minute      // two clocks within it tell the same time
	farthest = 26 * time.Hour   // two zones are at most that far apart; more is an old paste, not a clock
	zoneFit  = 90 * time.Second // how near to a zone's offset a difference must be
	compared = 8                // how many times of one kind are compared
)

func runClock(rec Record, _ time.Time) ([]Fact, []Finding) {
	if rec.Time.IsZero() || len(rec.Rows) == 0 {
		return nil, nil
	}
	if _, ok := plausible(rec.Time.Unix()); !ok {
		return nil, nil
	}
	row := &rec.Rows[0]
	end := row.Start + len(row.Text)
	if rec.Message > row.Start && rec.Message < end {
		end = rec.Message
	}
	name := "log.time"
	if !rec.ZoneKnown {
		name = "log.local_time"
	}
	return []Fact{{Name: name, Value: canonicalTime(rec.Time), Start: row.Start, End: end}}, nil
}

// A moment is a time that a fact holds.
type moment struct {
	time.Time
	start, end int
	local      bool // of a log line without a zone
}

// clocks is the state of one Conclude.
type clocks struct {
	gathering
	now  time.Time
	logs []moment
	of   map[string][]moment
}

func concludeClock(facts []Fact, now time.Time) ([]Fact, []Finding) {
	c := clocks{gathering: gathering{analyzer: "clock"}, now: now}
	for _, f := range facts {
		switch f.Name {
		case "oauth1.timestamp", "oauth1.acceptable_from", "oauth1.acceptable_to", "http.date",
			"jwt.issued_at", "jwt.not_before", "jwt.expires",
			"saml.not_before", "saml.not_on_or_after", "saml.issue_instant", "log.time", "log.local_time":
		default:
			continue
		}
		t, err := time.Parse(time.RFC3339, f.Value)
		if err != nil {
			continue
		}
		m := moment{t, f.Start, f.End, f.Name == "log.local_time"}
		if f.Name == "log.time" || m.local {
			c.logs = append(c.logs, m)
			continue
		}
		if c.of == nil {
			c.of = map[string][]moment{}
		}
		if len(c.of[f.Name]) < compared {
			c.of[f.Name] = append(c.of[f.Name], m)
		}
	}
	if c.of == nil {
		return nil, nil
	}
	refused := false
	for _, f := range facts {
		refused = refused || f.Name == "oauth1.problem" && f.Value == "timestamp_refused"
	}
	c.oauth(refused)
	c.tokens()
	c.assertions()
	return c.facts, c.findings
}

// nearest returns the moment of list that stands closest to at.
func nearest(list []moment, at int) (moment, bool) {
	best, found := moment{}, false
	for _, m := range list {
		if !found || abs(m.start-at) < abs(best.start-at) {
			best, found = m, true
		}
	}
	return best, found
}

func abs(n int) int { return max(n, -n) }

// log returns the time of the log line that a place belongs to: the last one
// that begins before it, or the only one there is.
func (c *clocks) log(at int) (moment, bool) {
	best, found := moment{}, false
	for _, m := range c.logs {
		if m.start <= at && (!found || m.start > best.start) {
			best, found = m, true
		}
	}
	if !found && len(c.logs) == 1 {
		return c.logs[0], true
	}
	return best, found
}

// oauth compares the times of OAuth 1.0a requests with the answering side's.
func (c *clocks) oauth(refused bool) {
	from, to := c.of["oauth1.acceptable_from"], c.of["oauth1.acceptable_to"]
	for i := range min(len(from), len(to)) {
		w := window{from[i], to[i]}
		if w.to.Before(w.from.Time) {
			continue
		}
		if ts, ok := nearest(c.of["oauth1.timestamp"], w.from.start); ok {
			c.request(ts, w)
		} else if log, ok := c.log(w.from.start); ok {
			c.logged(log, w)
		}
	}
	if len(from) > 0 && len(to) > 0 {
		return
	}
	for _, ts := range c.of["oauth1.timestamp"] {
		if date, ok := nearest(c.of["http.date"], ts.start); ok {
			c.against(ts, date, "the answer's Date", refused)
		} else if log, ok := c.log(ts.start); ok {
			c.against(ts, log, "the log line's time", refused)
		}
	}
	if refused && len(c.of["oauth1.timestamp"]) == 0 {
		c.dates()
	}
}

// dates compares answers' Dates with the log lines above them when nothing else
// tells of a refused request's time. They may be of two attempts, so this finds
// and states no fact.
func (c *clocks) dates() {
	for _, date := range c.of["http.date"] {
		log, ok := c.log(date.start)
		if !ok || log.local {
			continue
		}
		if d := log.Sub(date.Time); d.Abs() > agree && d.Abs() <= farthest {
			c.find("the log line's clock is "+spell(d)+" "+aheadOf(d)+" the answer's Date, if they are of one request"+zoneRemark(d),
				map[string]string{"difference": seconds(d)}, date.start, date.end)
		}
	}
}

// A window is the times that a server would have taken; it lies around the
// server's own clock.
type window struct{ from, to moment }

func (w window) half() time.Duration { return w.to.Sub(w.from.Time) / 2 }
func (w window) middle() time.Time   { return w.from.Add(w.half()) }

// request compares a request's time with the window it was held against.
func (c *clocks) request(ts moment, w window) {
	skew := ts.Sub(w.middle())
	c.skew(skew, ts)
	data := map[string]string{"skew": seconds(skew), "window": seconds(w.half())}
	if skew.Abs() <= w.half() {
		c.find("the request's time lies inside the window of "+spell(w.half())+" either side ("+spell(skew)+" from the server's clock), so the clocks agree well enough",
			data, ts.start, ts.end)
		return
	}
	text := "the caller's clock is " + spell(skew) + " " + ahead(skew) + "; the window is " + spell(w.half()) + " either side"
	c.find(text+zoneRemark(skew)+c.wrongSide(ts.Time, w.middle()), data, ts.start, ts.end)
}

// wrongSide tells the side whose clock shows a time that has not come yet, or
// with whom a log line of known zone agrees.
func (c *clocks) wrongSide(caller, server time.Time) string {
	switch {
	case caller.After(c.now.Add(agree)) && !server.After(c.now.Add(agree)):
		return "; the caller's clock shows a time still to come, so it is the wrong one"
	case server.After(c.now.Add(agree)) && !caller.After(c.now.Add(agree)):
		return "; the answering server's clock shows a time still to come, so it is the wrong one"
	}
	for _, log := range c.logs {
		if log.local {
			continue
		}
		if log.Sub(caller).Abs() <= agree {
			return "; the log line's clock agrees with the caller's"
		}
		if log.Sub(server).Abs() <= agree {
			return "; the log line's clock agrees with the answering server's"
		}
	}
	return ""
}

// logged compares a log line's time with the window that it reports, when the
// request's own time is not there.
func (c *clocks) logged(log moment, w window) {
	skew := log.Sub(w.middle())
	data := map[string]string{"difference": seconds(skew), "window": seconds(w.half())}
	switch {
	case log.local:
		c.unknownZone(log, skew, "the answering server's clock", w.half())
	case skew.Abs() <= w.half():
		c.find("the log line's clock and the answering server's agree ("+spell(skew)+" apart), so the log is the answering side's own, or the caller's clock was right again when it was written",
			data, log.start, log.end)
	case skew.Abs() <= farthest:
		c.skew(skew, log)
		c.find("the clock of the log line is "+spell(skew)+" "+aheadOf(skew)+" the answering server's; the window is "+spell(w.half())+" either side"+zoneRemark(skew)+c.future(log.Time, w.middle()),
			data, log.start, log.end)
	}
}

// future tells which of two clocks shows a time still to come.
func (c *clocks) future(log, server time.Time) string {
	late := c.now.Add(agree)
	switch {
	case log.After(late) && !server.After(late):
		return "; the log line's time is still to come, so that clock is the wrong one"
	case server.After(late) && !log.After(late):
		return "; the answering server's time is still to come, so that clock is the wrong one"
	}
	return ""
}

// against compares a request's time with a clock for which no window is known.
func (c *clocks) against(ts, ref moment, name string, refused bool) {
	skew := ts.Sub(ref.Time)
	switch {
	case ref.local:
		c.unknownZone(ref, -skew, "the request's time", 0)
	case skew.Abs() > farthest && !refused:
	case skew.Abs() > agree || refused && skew.Abs() > noise:
		c.skew(skew, ts)
		c.find("the request's time is "+spell(skew)+" "+aheadOf(skew)+" "+name+zoneRemark(skew), map[string]string{"skew": seconds(skew)}, ts.start, ts.end)
	}
}

// unknownZone says what a log time without a zone allows to say. difference is
// the log's time, as if it were UTC, less the other's.
func (c *clocks) unknownZone(log moment, difference time.Duration, other string, window time.Duration) {
	if difference.Abs() > farthest {
		return
	}
	c.add("clock.zone_unknown", "true", log.start, log.end)
	zone, rest := splitZone(difference)
	data := map[string]string{"difference": seconds(difference), "window": seconds(window)}
	if zone == 0 {
		if difference.Abs() > max(window, noise) {
			c.skew(difference, log)
		}
		c.find("the log line states no zone; if it is UTC, its clock is "+spell(difference)+" "+aheadOf(difference)+" "+other, data, log.start, log.end)
		return
	}
	c.find("the log line states no zone; as UTC it is "+spell(difference)+" "+aheadOf(difference)+" "+other+
		", in the zone UTC"+offset(zone)+" the clocks are "+spell(rest)+" apart", data, log.start, log.end)
}

// skew states a difference, and the hours of a zone when it is that of one.
func (c *clocks) skew(d time.Duration, m moment) {
	d = d.Truncate(time.Second)
	c.add("clock.skew", seconds(d), m.start, m.end)
	if zone, ok := wholeZone(d); ok && zone.Abs() >= time.Hour {
		c.add("clock.zone_hours", strconv.Itoa(int(zone/time.Hour)), m.start, m.end)
	}
}
