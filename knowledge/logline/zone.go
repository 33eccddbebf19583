package logline

import (
	"strings"
	"sync"
	"time"
)

// A zone is what a timestamp says about its offset from UTC.
type zone struct {
	seconds int            // east of UTC
	loc     *time.Location // a named zone whose offset depends on the date; nil otherwise
	known   bool
}

// locations keeps what time.LoadLocation gave, since it reads a file. It only
// saves time and holds at most one entry for each of zoneNames.
var locations sync.Map // string → *time.Location

// readZone reads the zone at s[i:], which follows a time, and returns where it
// ends; i when there is none. A name that stands for several zones (CST, IST,
// BST) is passed over and stays unknown.
func readZone(s string, i int) (zone, int) {
	if i >= len(s) {
		return zone{}, i
	}
	j := i
	spaced := s[j] == ' '
	if spaced {
		j++
	}
	if j >= len(s) {
		return zone{}, i
	}
	switch c := s[j]; {
	case c == 'Z' || c == 'z':
		if !wordAt(s, j+1) {
			return zone{known: true}, j + 1
		}
	case c == '+' || c == '-':
		if sec, end, ok := readOffset(s, j, spaced); ok {
			return zone{seconds: sec, known: true}, zoneBrackets(s, end)
		}
		return zone{}, i
	}
	if s[j] < 'A' || s[j] > 'Z' {
		return zone{}, i
	}
	return readZoneName(s, i, j)
}

// readZoneName reads a zone's name at s[j:].
func readZoneName(s string, i, j int) (zone, int) {
	end, slash := j, false
	for end < len(s) && end-j < 32 && (wordByte(s[end]) || s[end] == '/' || s[end] == '-' && slash) {
		slash = slash || s[end] == '/'
		end++
	}
	name := s[j:end]
	if slash {
		if loc := location(name); loc != nil {
			return zone{loc: loc, known: true}, end
		}
		return zone{}, i
	}
	if name == "UTC" || name == "GMT" {
		if sec, e, ok := readOffset(s, end, false); ok {
			return zone{seconds: sec, known: true}, e
		}
		return zone{known: true}, end
	}
	if h, ambiguous := abbreviation(name); ambiguous {
		return zone{}, end
	} else if h != 0 || name == "WET" {
		return zone{seconds: int(h * 3600), known: true}, end
	}
	return zone{}, i
}

// zoneBrackets passes over Java's "[Europe/Berlin]" behind an offset.
func zoneBrackets(s string, i int) int {
	if i < len(s) && s[i] == '[' {
		if n := strings.IndexByte(s[i:min(len(s), i+34)], ']'); n > 1 && location(s[i+1:i+n]) != nil {
			return i + n + 1
		}
	}
	return i
}

// readOffset reads ±h, ±hh, ±hhmm or ±hh:mm. After a space only the last two
// are an offset.
func readOffset(s string, i int, spaced bool) (seconds, end int, ok bool) {
	if i >= len(s) || s[i] != '+' && s[i] != '-' {
		return 0, i, false
	}
	h, j := 0, i+1
	for j < len(s) && j < i+3 && digit(s[j]) {
		h = h*10 + int(s[j]-'0')
		j++
	}
	if j == i+1 {
		return 0, i, false
	}
	k := j
	if k < len(s) && s[k] == ':' {
		k++
	}
	m := 0
	if n := two(s, k); n >= 0 && j == i+3 {
		m, j = n, k+2
	} else if spaced {
		return 0, i, false
	}
	if h > 14 || m > 59 || j < len(s) && (digit(s[j]) || letter(s[j])) {
		return 0, i, false
	}
	seconds = h*3600 + m*60
	if s[i] == '-' {
		seconds = -seconds
	}
	return seconds, j, true
}

// abbreviation returns the hours east of UTC of an abbreviation that means one
// zone only, and whether it is one that means several.
func abbreviation(name string) (hours float64, ambiguous bool) {
	switch name {
	case "WEST", "CET", "MEZ":
		return 1, false
	case "CEST", "MESZ", "EET", "SAST":
		return 2, false
	case "EEST", "MSK":
		return 3, false
	case "PKT":
		return 5, false
	case "HKT", "SGT", "AWST":
		return 8, false
	case "JST", "KST":
		return 9, false
	case "ACST":
		return 9.5, false
	case "AEST":
		return 10, false
	case "ACDT":
		return 10.5, false
	case "AEDT":
		return 11, false
	case "NZST":
		return 12, false
	case "NZDT":
		return 13, false
	case "BRT":
		return -3, false
	case "EDT":
		return -4, false
	case "EST", "CDT":
		return -5, false
	case "MDT":
		return -6, false
	case "MST", "PDT":
		return -7, false
	case "PST", "AKDT":
		return -8, false
	case "AKST":
		return -9, false
	case "HST":
		return -10, false
	case "CST", "IST", "BST", "AST", "ADT", "GST":
		return 0, true
	}
	return 0, false
}

// location returns the zone of the tz database with that name, or nil.
func location(name string) *time.Location {
	if loc, ok := locations.Load(name); ok {
		return loc.(*time.Location)
	}
	n := strings.Index(zoneNames, name)
	if strings.IndexByte(name, ' ') >= 0 || n < 1 || zoneNames[n-1] != ' ' || zoneNames[n+len(name)] != ' ' {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	locations.Store(strings.Clone(name), loc)
	return loc
}
