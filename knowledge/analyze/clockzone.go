package analyze

import (
	"fmt"
	"time"
)

// splitZone takes from a difference the nearest offset that a time zone may
// have: a multiple of 30 minutes, at most 14 hours.
func splitZone(d time.Duration) (zone, rest time.Duration) {
	zone = d.Round(30 * time.Minute)
	zone = max(-12*time.Hour, min(zone, 14*time.Hour))
	return zone, d - zone
}

// wholeZone returns the time-zone difference that d is, within [zoneFit]: whole
// hours, or hours with the 30 or 45 minutes that some zones have.
func wholeZone(d time.Duration) (zone time.Duration, ok bool) {
	if d.Abs() > farthest {
		return 0, false
	}
	if zone = d.Round(time.Hour); zone != 0 && (d-zone).Abs() <= zoneFit {
		return zone, true
	}
	// India 5:30, Nepal 5:45, Iran 3:30, Newfoundland -3:30, Adelaide 9:30,
	// Chatham 12:45 …; a difference of under 3 hours is more likely drift.
	if zone = d.Round(15 * time.Minute); zone.Abs() >= 3*time.Hour && zone%time.Hour%(15*time.Minute) == 0 &&
		zone.Abs()%time.Hour != 15*time.Minute && (d-zone).Abs() <= zoneFit {
		return zone, true
	}
	return 0, false
}

// zoneRemark names a difference that is a time zone's.
func zoneRemark(d time.Duration) string {
	zone, ok := wholeZone(d)
	switch {
	case !ok:
		return ""
	case zone%time.Hour == 0:
		return fmt.Sprintf("; that is a whole number of hours (%d), so a time zone or daylight saving is set wrong on one side", int(zone.Abs()/time.Hour))
	}
	return "; that is the difference of a time zone (" + spell(zone) + "), so a zone is set wrong on one side"
}

// offset writes a zone's offset as +hh:mm.
func offset(zone time.Duration) string {
	sign := '+'
	if zone < 0 {
		sign = '-'
	}
	minutes := int(zone.Abs() / time.Minute)
	return fmt.Sprintf("%c%02d:%02d", sign, minutes/60, minutes%60)
}

// ahead is the word for a positive or negative difference.
func ahead(d time.Duration) string {
	if d < 0 {
		return "behind"
	}
	return "ahead"
}

// aheadOf is ahead with something to follow.
func aheadOf(d time.Duration) string {
	if d < 0 {
		return "behind"
	}
	return "ahead of"
}
