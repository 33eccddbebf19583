package handlers

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the zones of quiet hours, where the system has none

	"authfix/knowledge"
)

// The values of a channel's settings. Each function sets one in a policy and
// returns it as the audit keeps it, or else what is wrong, as a sentence for the
// person. That does not repeat what was typed.

func setThreshold(p *Policy, value string) (set, wrong string) {
	switch v := knowledge.Verdict(strings.ToLower(value)); v {
	case knowledge.Likely, knowledge.Certain:
		p.Threshold = v
		return string(v), ""
	}
	return "", say.wrongThreshold
}

func setSwitch(to *bool, value string) (set, wrong string) {
	switch strings.ToLower(value) {
	case "on", "yes":
		*to = true
		return "on", ""
	case "off", "no":
		*to = false
		return "off", ""
	}
	return "", say.wrongSwitch
}

var (
	quietHours = regexp.MustCompile(`^(\d{1,2}):(\d{2})\s*(?:-|–|—|to)\s*(\d{1,2}):(\d{2})(?:\s+(\S+))?$`)
	// A zone is looked up in a file of its name.
	zoneName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9][A-Za-z0-9_+-]{0,31}){0,2}$`)
)

// setQuiet reads quiet hours: 22:00-07:00 Europe/Berlin.
func setQuiet(p *Policy, value string) (set, wrong string) {
	if v := strings.ToLower(value); v == "off" || v == "none" {
		p.Quiet = nil
		return "off", ""
	}
	f := quietHours.FindStringSubmatch(value)
	if f == nil {
		return "", say.wrongHours
	}
	from, to := minutes(f[1], f[2]), minutes(f[3], f[4])
	switch {
	case from < 0 || to < 0 || from == dayMinutes:
		return "", say.wrongTime
	case from == to%dayMinutes:
		return "", say.emptyHours
	case f[5] == "":
		return "", say.noZone
	}
	zone, ok := knownZone(f[5])
	if !ok {
		return "", say.wrongZone
	}
	p.Quiet = &Hours{From: from, To: to % dayMinutes, Zone: zone}
	return p.Quiet.String(), ""
}

const dayMinutes = 24 * 60

// minutes are those since midnight, up to 24:00; -1 for no time of day.
func minutes(hour, minute string) int {
	h, err1 := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if err1 != nil || err2 != nil {
		return -1
	}
	if n := h*60 + m; m < 60 && n <= dayMinutes {
		return n
	}
	return -1
}

// knownZone finds a zone of the IANA database, also in lower case.
func knownZone(name string) (string, bool) {
	if !zoneName.MatchString(name) || strings.EqualFold(name, "local") {
		return "", false
	}
	for _, n := range []string{name, strings.ToUpper(name), capitals(name)} {
		if _, err := time.LoadLocation(n); err == nil {
			return n, true
		}
	}
	return "", false
}

// capitals writes europe/berlin as Europe/Berlin.
func capitals(name string) string {
	b := []byte(strings.ToLower(name))
	for i := range b {
		if (i == 0 || b[i-1] == '/' || b[i-1] == '_' || b[i-1] == '-') && 'a' <= b[i] && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

// maxTargets bounds whom cases are handed to.
const maxTargets = 10

// target is a person or a channel as Slack and Discord write them in a message's
// text, or as it can be written everywhere.
var target = regexp.MustCompile(`^(?:<@!?([A-Za-z0-9._-]{1,100})(?:\|[^<>]*)?>|<#([A-Za-z0-9._-]{1,100})(?:\|[^<>]*)?>|person:([\pL\pN._:@+/=-]{1,100})|channel:([\pL\pN._:@+/=-]{1,100}))(?:[\s,]+|$)`)

// setTargets reads people and channels, parted by commas or blanks.
func setTargets(p *Policy, value string) (set, wrong string) {
	if v := strings.ToLower(value); v == "off" || v == "none" {
		p.Escalate = nil
		return "off", ""
	}
	var all []Target
	for rest := strings.TrimLeft(value, ", \t\n"); rest != ""; {
		f := target.FindStringSubmatch(rest)
		if f == nil {
			return "", fmt.Sprintf(say.wrongTarget, len(all)+1)
		}
		rest = rest[len(f[0]):]
		x := Target{Person: f[1] + f[3], Channel: f[2] + f[4]}
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
		if len(all) > maxTargets {
			return "", fmt.Sprintf(say.tooManyTargets, maxTargets)
		}
	}
	if all == nil {
		return "", say.noTargets
	}
	p.Escalate = all
	var written []string
	for _, x := range all {
		written = append(written, x.String())
	}
	return strings.Join(written, " "), ""
}
