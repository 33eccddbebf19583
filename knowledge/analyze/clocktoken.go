package analyze

// reference returns the clock with which the times of a token are compared: the
// answer's Date, else the log line's time.
func (c *clocks) reference(at int) (ref moment, name string, ok bool) {
	log, logged := c.log(at)
	if logged && !log.local {
		return log, "the log line", true
	}
	if date, ok := nearest(c.of["http.date"], at); ok {
		return date, "the answer's Date", true
	}
	return log, "the log line", logged
}

// tokens compares the times of JSON Web Tokens with the clock of who read them.
func (c *clocks) tokens() {
	for _, begins := range [...]struct{ name, what string }{{"jwt.not_before", "is valid only from"}, {"jwt.issued_at", "was issued"}} {
		for _, t := range c.of[begins.name] {
			ref, name, ok := c.reference(t.start)
			if !ok {
				if t.After(c.now.Add(agree)) {
					c.find("the JWT "+begins.what+" "+spell(t.Sub(c.now))+" from now: its maker's clock is ahead", map[string]string{"ahead": seconds(t.Sub(c.now))}, t.start, t.end)
				}
				continue
			}
			c.begins(t, ref, "the JWT "+begins.what, name)
		}
	}
	for _, t := range c.of["jwt.expires"] {
		if ref, name, ok := c.reference(t.start); ok {
			c.ends(t, ref, "the token", name)
		}
	}
}

// assertions compares the times of SAML messages with the log's.
func (c *clocks) assertions() {
	for _, t := range c.of["saml.not_before"] {
		if ref, name, ok := c.reference(t.start); ok {
			c.begins(t, ref, "the SAML assertion is valid only from", name)
		}
	}
	for _, t := range c.of["saml.issue_instant"] {
		if ref, name, ok := c.reference(t.start); ok {
			c.begins(t, ref, "the SAML message was issued", name)
		}
	}
	for _, t := range c.of["saml.not_on_or_after"] {
		ref, name, ok := c.reference(t.start)
		if !ok {
			continue
		}
		c.ends(t, ref, "the SAML assertion", name)
		// An assertion is read seconds after it was issued, so what is beyond
		// its validity then is the clocks' difference.
		if issued, ok := nearest(c.of["saml.issue_instant"], t.start); ok && !ref.local && !ref.Before(t.Time) {
			if behind := issued.Sub(ref.Time); behind.Abs() <= farthest {
				c.skew(behind, issued)
			}
		}
	}
}

// begins says when a validity begins after the clock of its reader: only a
// difference of clocks does that.
func (c *clocks) begins(t, ref moment, what, name string) {
	d := t.Sub(ref.Time)
	switch {
	case ref.local:
		if zone, rest := splitZone(d); d.Abs() <= farthest && rest > noise && zone == 0 {
			c.add("clock.zone_unknown", "true", ref.start, ref.end)
			c.find(what+" "+spell(d)+" after "+name+", which states no zone, if that is UTC", map[string]string{"difference": seconds(d)}, t.start, t.end)
		}
	case d > noise && d <= farthest:
		c.skew(d, t)
		c.find(what+" "+spell(d)+" after "+name+": the clock of who issued it is ahead, or that of who read it behind"+zoneRemark(d),
			map[string]string{"skew": seconds(d)}, t.start, t.end)
	}
}

// ends says whether a validity was over by the clock of its reader.
func (c *clocks) ends(t, ref moment, what, name string) {
	d := ref.Sub(t.Time)
	data := map[string]string{"after": seconds(d)}
	over := what + " expired " + spell(d) + " before " + name
	if d < 0 {
		over = what + " had " + spell(d) + " left at " + name
	}
	if d == 0 {
		over = what + " expired at " + name
	}
	if ref.local {
		if d.Abs() > farthest { // no zone changes that
			c.find(over, data, t.start, t.end)
			return
		}
		c.add("clock.zone_unknown", "true", ref.start, ref.end)
		c.find(over+", which states no zone, if that is UTC", data, t.start, t.end)
		return
	}
	c.find(over, data, t.start, t.end)
}
