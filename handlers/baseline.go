package handlers

import (
	"math"
	"time"

	"authfix/storage"
)

// A baseline is how often a failure comes usually, learned from the hours of the
// last four weeks. Traffic has a rhythm, so each hour of the week has its own
// rate; where there were too few occurrences to tell, the rate of this hour in
// every day, more or less as the day of the week is busier or quieter than
// others, or that of the whole time. The last six hours, in which there may be a
// surge, are not learned from, and hours of an earlier one only up to a cap.
type baseline struct {
	begin, end time.Time // of the hours that count
	seen       int64     // occurrences in them
	mature     bool      // every kind of hour was seen
	mean       float64   // an hour, over the whole time
	week       [weekHours]float64
}

const (
	weekHours  = 7 * 24
	maxHistory = 4 * weekHours * time.Hour

	// A desk that has not listened for so long has not seen every kind of hour.
	// Then a failure may come as often as busy ones do anyway, and ten times as
	// often as it did until now: its first Monday follows its first Sunday.
	matureAfter = 8 * 24 * time.Hour
	busyRate    = 25.0 // an hour
	unlearned   = 10.0

	unseenRate = 1.0 // an hour: what a failure may do that is new to a desk that is not
	enough     = 20  // occurrences from which a rate is learned
	atTheEdge  = 0.8 // of the rate of the next or last hour: the rhythm may shift
)

// learn makes the baseline of a failure from its wide spans, in order. since is
// when the desk is known to have listened; a failure that has spans before has
// been listened to since the first of them.
func learn(wide []storage.Span, since, now time.Time) *baseline {
	b := &baseline{begin: since, end: now.Add(-surgeReach).Truncate(storage.Wide)}
	if len(wide) > 0 && wide[0].From.Before(b.begin) {
		b.begin = wide[0].From
	}
	if first := now.Add(-maxHistory); b.begin.Before(first) {
		b.begin = first
	}
	b.begin = b.begin.UTC().Truncate(storage.Wide)
	if b.mature = now.Sub(b.begin) >= matureAfter; !b.mature {
		b.end = now.Truncate(storage.Wide) // it has little else to learn from
	}
	counts := make([]float64, max(0, int(b.end.Sub(b.begin)/storage.Wide)))
	if len(counts) == 0 {
		return b
	}
	for _, s := range wide {
		if i := int(s.From.Sub(b.begin) / storage.Wide); !s.From.Before(b.begin) && i < len(counts) {
			counts[i] += float64(s.N)
			b.seen += s.N
		}
	}
	most := surgeLeast + 6*float64(b.seen)/float64(len(counts))
	for i, n := range counts {
		counts[i] = min(n, most)
		b.mean += counts[i] / float64(len(counts))
	}
	b.learnRhythm(counts)
	return b
}

// learnRhythm learns the rate of each hour of the week.
func (b *baseline) learnRhythm(counts []float64) {
	var own, week [weekHours]hours // of each hour of the week; with the hours beside it
	var days [7]hours
	var day [24]hours
	first := int(b.begin.Weekday())*24 + b.begin.Hour()
	for i, n := range counts {
		own[(first+i)%weekHours].add(n, 1)
	}
	for h, x := range own {
		days[h/24].add(x.n, x.of)
		for _, beside := range []int{0, 1, weekHours - 1} { // an hour is like those beside it
			near := (h + beside) % weekHours
			week[near].add(x.n, x.of)
			day[near%24].add(x.n, x.of)
		}
	}
	var usual [weekHours]float64
	for h := range usual {
		switch inWeek, inDay := week[h], day[h%24]; {
		case inWeek.n >= enough:
			usual[h] = inWeek.rate()
		case inDay.n >= enough:
			busier := days[h/24].rate() / b.mean
			if days[h/24].n < enough {
				busier = max(1, busier)
			}
			usual[h] = inDay.rate() * busier
		default:
			usual[h] = max(inDay.rate(), b.mean)
		}
	}
	for h := range usual {
		b.week[h] = max(usual[h], atTheEdge*usual[(h+1)%weekHours], atTheEdge*usual[(h+weekHours-1)%weekHours])
	}
}

// hours are some hours and the occurrences in them.
type hours struct{ n, of float64 }

func (x *hours) add(n, of float64) { x.n, x.of = x.n+n, x.of+of }

// rate is the rate of which they may be, one standard deviation to the safe
// side.
func (x hours) rate() float64 {
	if x.of == 0 {
		return 0
	}
	return (x.n + math.Sqrt(x.n)) / x.of
}

// rate is what may be expected in an hour at a time.
func (b *baseline) rate(at time.Time) float64 {
	if !b.mature {
		return max(busyRate, unlearned*b.mean)
	}
	if b.seen == 0 {
		return unseenRate
	}
	at = at.UTC()
	// That nothing came in so many hours does not say never.
	return b.week[int(at.Weekday())*24+at.Hour()] + 1/(b.end.Sub(b.begin).Hours()+1)
}

// expected is how many may be expected from a time until another.
func (b *baseline) expected(from, to time.Time) float64 {
	sum := 0.0
	for from.Before(to) {
		next := from.Truncate(storage.Wide).Add(storage.Wide)
		if next.After(to) {
			next = to
		}
		sum += b.rate(from) * next.Sub(from).Hours()
		from = next
	}
	return sum
}
