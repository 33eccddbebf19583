package logline

import "time"

// A stamp is a timestamp as it was read.
type stamp struct {
	t     time.Time // UTC; meaningful when dated
	dated bool      // the date is there and means one day
	year  bool      // its year is stated
	zone  bool      // its offset is stated
	shape shape
	frac  byte // what stands before the fraction of a second: '.', ',' or ':', or 0
}

// A shape is the order in which a timestamp's parts stand.
type shape uint8

const (
	isoShape      shape = iota + 1 // 2006-01-02 15:04:05
	slashShape                     // 2006/01/02 15:04:05
	dayMonthShape                  // 02-Jan-2006 15:04:05
	accessShape                    // 02/Jan/2006:15:04:05
	localShape                     // 02.01.2006 15:04:05, 1/2/2006 3:04:05 PM
	clockShape                     // 15:04:05
	monthShape                     // Jan 02 15:04:05
	monthYear                      // Jan 02, 2006 3:04:05 PM
	viewerShape                    // Jan 2, 2006 @ 15:04:05.000
	weekdayShape                   // Mon, 02 Jan 2006 15:04:05 MST · Mon Jan 02 15:04:05 2006
)

// A date is the date of a timestamp; month 0: it cannot be told.
type date struct{ year, month, day int }

// readStamp reads the timestamp at s[i:] and returns where it ends.
func readStamp(s string, i int) (stamp, int, bool) {
	if i+8 > len(s) {
		return stamp{}, i, false
	}
	if c := s[i]; upper(c) {
		return readNamed(s, i)
	} else if !digit(c) {
		return stamp{}, i, false
	}
	n := 1
	for n < 5 && digit(s[i+n]) {
		n++
	}
	sep := s[i+n]
	switch {
	case n == 4 && (sep == '-' || sep == '/'):
		d := date{four(s, i), two(s, i+5), two(s, i+8)}
		if d.month < 1 || d.day < 1 || !at(s, i+7, sep) || d.year < 1970 || d.year > 2199 {
			return stamp{}, i, false
		}
		sh := isoShape
		if sep == '/' {
			sh = slashShape
		}
		return clock(s, i+10, d, true, sh)
	case n <= 2 && (sep == ':' || sep == '.' && n == 2 && at(s, i+5, '.')):
		if sep == ':' {
			return clock(s, i, date{}, false, clockShape)
		}
		return readLocal(s, i, n, sep)
	case n <= 2 && (sep == '-' || sep == '/' || sep == ' ' || sep == '.'):
		if i+n+2 < len(s) && upper(s[i+n+1]) {
			return readDayMonth(s, i, n, sep)
		}
		if sep != ' ' && sep != '-' {
			return readLocal(s, i, n, sep)
		}
	}
	return stamp{}, i, false
}

// readDayMonth reads 06-Apr-2023, 06/Apr/2023 and 06 Apr 2023.
func readDayMonth(s string, i, n int, sep byte) (stamp, int, bool) {
	day, _ := oneOrTwo(s, i)
	j := i + n + 1
	m := month(s, j)
	if m == 0 || !at(s, j+3, sep) {
		return stamp{}, i, false
	}
	y := four(s, j+4)
	if y < 1970 || y > 2199 || day < 1 {
		return stamp{}, i, false
	}
	sh := dayMonthShape
	if sep == '/' {
		sh = accessShape
	}
	return clock(s, j+8, date{y, m, day}, true, sh)
}

// readLocal reads 06.04.2023, always day first, and 4/6/2023 or 4/6/23, whose
// order is only known when one of the two numbers is above 12.
func readLocal(s string, i, n int, sep byte) (stamp, int, bool) {
	a, _ := oneOrTwo(s, i)
	b, j := oneOrTwo(s, i+n+1)
	if a < 0 || b < 0 || !at(s, j, sep) {
		return stamp{}, i, false
	}
	y, e := four(s, j+1), j+5
	if y < 0 {
		if y = two(s, j+1); y < 0 {
			return stamp{}, i, false
		}
		y, e = 2000+y, j+3
	}
	if y < 1970 || y > 2199 || a > 31 || b > 31 {
		return stamp{}, i, false
	}
	d := date{year: y}
	switch {
	case sep == '.' || a > 12 && b <= 12:
		d.day, d.month = a, b
	case b > 12 && a <= 12 || a == b:
		d.month, d.day = a, b
	}
	return clock(s, e, d, d.month > 0 && d.day > 0, localShape)
}

// readNamed reads timestamps that begin with the name of a month or weekday.
func readNamed(s string, i int) (stamp, int, bool) {
	if m := month(s, i); m != 0 {
		return readMonth(s, i, m)
	}
	if !weekday(s, i) || i+24 > len(s) {
		return stamp{}, i, false
	}
	j := i + 3
	if at(s, j, ',') {
		j++
	}
	if !at(s, j, ' ') {
		return stamp{}, i, false
	}
	j++
	if digit(s[j]) { // RFC 9110 section 5.6.7, RFC 850 with dashes
		n := 1
		if digit(s[j+1]) {
			n = 2
		}
		st, e, ok := readDayMonth(s, j, n, s[j+n])
		st.shape = weekdayShape
		return st, e, ok
	}
	return readCtime(s, j)
}

// readCtime reads Apr 06 22:10:26 2023 and Apr 06 22:10:26 CEST 2023, what
// asctime and date write behind the weekday.
func readCtime(s string, i int) (stamp, int, bool) {
	m := month(s, i)
	if m == 0 || !at(s, i+3, ' ') {
		return stamp{}, i, false
	}
	day, j := oneOrTwo(s, skip(s, i+3))
	if day < 1 || !at(s, j, ' ') {
		return stamp{}, i, false
	}
	j++
	t := j
	for t < len(s) && t < j+40 && s[t] != ' ' {
		t++
	}
	z, e := readZone(s, t)
	y := four(s, e+1)
	if !at(s, e, ' ') || y < 1970 || y > 2199 || e+5 < len(s) && digit(s[e+5]) {
		return stamp{}, i, false
	}
	st, _, ok := clock(s, j, date{y, m, day}, true, weekdayShape)
	if !ok {
		return stamp{}, i, false
	}
	if z.known && !st.zone {
		st.t, st.zone = shift(st.t, z), true
	}
	return st, e + 5, true
}

// readMonth reads Apr 06 22:10:26, Apr 6, 2023 10:10:26 PM and
// Apr 6, 2023 @ 22:10:26.000.
func readMonth(s string, i, m int) (stamp, int, bool) {
	if !at(s, i+3, ' ') {
		return stamp{}, i, false
	}
	day, j := oneOrTwo(s, skip(s, i+4))
	if day < 1 || j >= len(s) {
		return stamp{}, i, false
	}
	comma := s[j] == ','
	if comma {
		j++
	}
	if !at(s, j, ' ') {
		return stamp{}, i, false
	}
	j++
	if y := four(s, j); y >= 1970 && y <= 2199 {
		d := date{y, m, day}
		j += 4
		if j+3 < len(s) && s[j:j+3] == " @ " {
			return clock(s, j+2, d, true, viewerShape)
		}
		if at(s, j, ',') {
			j++
		}
		return clock(s, j, d, true, monthYear)
	}
	if j+2 < len(s) && s[j:j+2] == "@ " {
		return clock(s, j+1, date{0, m, day}, false, viewerShape)
	}
	return clock(s, j, date{0, m, day}, false, monthShape)
}

// clock reads the time of day at s[i:], with what separates it from the date,
// its fraction and its zone.
func clock(s string, i int, d date, year bool, sh shape) (stamp, int, bool) {
	start := i
	if sh != clockShape && i < len(s) && (s[i] == 'T' || s[i] == ' ' || s[i] == ':' || s[i] == '_' || s[i] == ',' || s[i] == '\t') {
		if i++; at(s, i, ' ') {
			i++
		}
		if i == start {
			return stamp{}, start, false
		}
	}
	h, j := oneOrTwo(s, i)
	if h < 0 || h > 23 || !at(s, j, ':') {
		return stamp{}, start, false
	}
	m := two(s, j+1)
	if m < 0 || m > 59 {
		return stamp{}, start, false
	}
	j += 3
	sec, nano := 0, 0
	var frac byte
	if at(s, j, ':') && two(s, j+1) >= 0 {
		if sec = two(s, j+1); sec > 60 {
			return stamp{}, start, false
		}
		j += 3
		if j+1 < len(s) && (s[j] == '.' || s[j] == ',' || s[j] == ':') && digit(s[j+1]) {
			frac = s[j]
			j++
			for unit := 100_000_000; j < len(s) && digit(s[j]); unit /= 10 {
				nano += int(s[j]-'0') * unit
				j++
			}
		}
	} else if !at(s, start, 'T') && !twelve(s, j) {
		// Without seconds only ISO 8601's T or AM and PM make it a timestamp.
		return stamp{}, start, false
	}
	if wordAt(s, j) && s[j] != 'Z' && s[j] != 'z' && !letter(s[j]) {
		return stamp{}, start, false
	}
	if twelve(s, j) {
		if s[j] == ' ' {
			j++
		}
		if h > 12 || h == 0 {
			return stamp{}, start, false
		}
		if h %= 12; s[j]|0x20 == 'p' {
			h += 12
		}
		j += 2
	}
	z, j := readZone(s, j)
	if wordAt(s, j) {
		return stamp{}, start, false
	}
	st := stamp{shape: sh, frac: frac, zone: z.known}
	if d.month == 0 {
		st.zone = false
		return st, j, true
	}
	if d.month > 12 || d.day > daysIn(d) {
		return stamp{}, start, false
	}
	st.dated, st.year = true, year
	st.t = shift(time.Date(d.year, time.Month(d.month), d.day, h, m, sec, nano, time.UTC), z)
	return st, j, true
}

// shift turns a wall clock's time that was taken for UTC into the instant it
// stands for in its zone.
func shift(t time.Time, z zone) time.Time {
	if z.loc != nil {
		y, m, d := t.Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), z.loc).UTC()
	}
	if z.seconds != 0 {
		return t.Add(-time.Duration(z.seconds) * time.Second)
	}
	return t
}

// twelve reports whether AM or PM stands at s[i:], perhaps after a blank.
func twelve(s string, i int) bool {
	if at(s, i, ' ') {
		i++
	}
	return i+1 < len(s) && (s[i]|0x20 == 'a' || s[i]|0x20 == 'p') && s[i+1]|0x20 == 'm' && !wordAt(s, i+2)
}

// daysIn returns how many days the date's month has; year 0, an unknown year,
// has a 29th of February.
func daysIn(d date) int {
	switch d.month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if d.year%4 == 0 && (d.year%100 != 0 || d.year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// month returns the month, from 1, whose English abbreviation stands at s[i:],
// or 0.
func month(s string, i int) int {
	if i+3 > len(s) {
		return 0
	}
	switch s[i : i+3] { // in English, and where German differs in it
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar", "Mrz":
		return 3
	case "Apr":
		return 4
	case "May", "Mai":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct", "Okt":
		return 10
	case "Nov":
		return 11
	case "Dec", "Dez":
		return 12
	}
	return 0
}

// weekday reports whether the English abbreviation of a weekday stands at s[i:].
func weekday(s string, i int) bool {
	if i+3 > len(s) {
		return false
	}
	switch s[i : i+3] {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}
