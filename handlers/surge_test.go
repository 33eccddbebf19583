package handlers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"authfix/storage"
)

// A failureTraffic is one failure's simulated traffic as the desk stores it.
type failureTraffic struct {
	rate         float64 // an hour, on the average of a week
	rhythm       func(time.Time) float64
	random       *rand.Rand
	at           time.Time
	narrow, wide []storage.Span
}

// The rhythms, whose average over a week is about 1.

func flat(time.Time) float64 { return 1 }

// smooth has a night, a noon and quiet weekends.
func smooth(at time.Time) float64 {
	hour := float64(at.Hour()) + float64(at.Minute())/60
	return (1 + 0.9*math.Sin((hour-8)/12*math.Pi)) * weekday(at)
}

// office begins and ends at once.
func office(at time.Time) float64 {
	if 8 <= at.Hour() && at.Hour() < 18 {
		return 2.1 * weekday(at)
	}
	return 0.2 * weekday(at)
}

func weekday(at time.Time) float64 {
	if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
		return 0.2
	}
	return 1.3
}

// busiest is above every rhythm.
const busiest = 2.8

// next goes on to the next occurrence, at factor times the usual rate.
func (f *failureTraffic) next(factor float64) {
	for {
		f.at = f.at.Add(time.Duration(f.random.ExpFloat64() / (f.rate * factor * busiest) * float64(time.Hour)))
		if f.random.Float64()*busiest < f.rhythm(f.at) {
			return
		}
	}
}

func (f *failureTraffic) count() {
	f.narrow, f.wide = counted(tail(f.narrow, f.at.Add(-surgeReach)), storage.Narrow, f.at), countedLast(f.wide, storage.Wide, f.at)
}

// countedLast is counted for what is not copied.
func countedLast(all []storage.Span, width time.Duration, at time.Time) []storage.Span {
	from := at.Truncate(width)
	if n := len(all); n > 0 && all[n-1].From.Equal(from) {
		all[n-1].N++
		return all
	}
	return append(all, storage.Span{From: from, N: 1})
}

func tail(all []storage.Span, since time.Time) []storage.Span {
	i, _ := slices.BinarySearchFunc(all, since, func(s storage.Span, t time.Time) int { return s.From.Compare(t) })
	return all[i:]
}

func (f *failureTraffic) baseline(since time.Time) *baseline {
	return learn(tail(f.wide, f.at.Add(-maxHistory)), since, f.at)
}

func total(all []storage.Span) (n int64) {
	for _, s := range all {
		n += s.N
	}
	return n
}

const failures = 43

// falseNotices simulates a month of 28 days of failures from one a week to 20 an
// hour, from a cold start, and returns how many notices they drew.
func falseNotices(seed uint64, start time.Time, rhythm func(time.Time) float64) (notices int) {
	for i := range failures {
		f := &failureTraffic{rate: 0.006 * math.Pow(20/0.006, float64(i)/(failures-1)), rhythm: rhythm, random: rand.New(rand.NewPCG(seed, uint64(i))), at: start}
		var b *baseline
		var hour time.Time
		told := ""
		for f.next(1); f.at.Sub(start) < maxHistory; f.next(1) {
			f.count()
			if total(f.narrow) < surgeLeast { // as the desk does
				continue
			}
			if h := f.at.Truncate(storage.Wide); b == nil || !h.Equal(hour) {
				b, hour = f.baseline(f.at), h
			}
			if _, ok := surging(f.narrow, b, f.at); ok && told != f.at.Format(time.DateOnly) {
				told = f.at.Format(time.DateOnly)
				notices++
			}
		}
	}
	return notices
}

// In a month of ordinary traffic of 43 failures at most one draws a notice: on a
// desk that begins in the middle of a working day, with and without a sharp
// rhythm, also when the clocks are changed and when traffic grows.
func TestOrdinaryTrafficIsNoSurge(t *testing.T) {
	start := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		name   string
		seed   uint64
		rhythm func(time.Time) float64
	}{
		{"smooth", 1, smooth},
		{"office", 2, office},
		{"changed clock", 3, func(at time.Time) float64 {
			if at.Sub(start) > 20*24*time.Hour {
				at = at.Add(time.Hour)
			}
			return office(at)
		}},
		{"growth", 4, func(at time.Time) float64 {
			return smooth(at) * (0.8 + 0.4*at.Sub(start).Hours()/maxHistory.Hours()) * 0.9
		}},
	} {
		t.Run(fmt.Sprint(x.name, " ", x.seed), func(t *testing.T) {
			t.Parallel()
			if n := falseNotices(x.seed, start, x.rhythm); n > 1 {
				t.Errorf("%d notices in a month of ordinary traffic, want at most 1", n)
			}
		})
	}
}

// named simulates bursts of ten times the usual rate after five weeks of
// ordinary traffic, and returns how long it took to name each.
func named(seed uint64, rate float64, rhythm func(time.Time) float64, begin time.Time, bursts int) (delays []time.Duration, occurrences []int) {
	random := rand.New(rand.NewPCG(seed, 0))
	f := &failureTraffic{rate: rate, rhythm: rhythm, random: random, at: begin.Add(-5 * 7 * 24 * time.Hour)}
	usual := *f
	for {
		f.next(1)
		if f.at.After(begin) {
			break
		}
		f.count()
		usual = *f
	}
	for range bursts {
		g := usual
		g.narrow, g.wide = slices.Clone(usual.narrow), slices.Clone(usual.wide)
		from := begin.Add(time.Duration(random.Int64N(int64(storage.Narrow))))
		g.at = from
		b := g.baseline(g.at)
		for n := 1; ; n++ {
			g.next(10)
			g.count()
			if _, ok := surging(g.narrow, b, g.at); ok {
				delays, occurrences = append(delays, g.at.Sub(from)), append(occurrences, n)
				break
			}
			if g.at.Sub(from) > 24*time.Hour {
				delays, occurrences = append(delays, math.MaxInt64), append(occurrences, n)
				break
			}
		}
	}
	slices.Sort(delays)
	slices.Sort(occurrences)
	return delays, occurrences
}

// A burst of ten times the usual rate is named within 5 minutes where enough can
// come in them, and else when a dozen or two have come.
func TestBurstIsNamed(t *testing.T) {
	noon := time.Date(2026, 7, 7, 13, 0, 0, 0, time.UTC) // a Tuesday
	for _, x := range []struct {
		name   string
		rate   float64
		rhythm func(time.Time) float64
		least  float64       // the share that is named within 5 minutes
		median time.Duration // of all
		most   int           // occurrences until it is named, in 9 of 10
	}{
		{"30 an hour", 30, flat, 0.9, 4 * time.Minute, 22},
		{"20 an hour", 20, flat, 0.7, 5 * time.Minute, 20},
		{"20 an hour with a rhythm, at noon", 20, smooth, 0.95, 3 * time.Minute, 26},
		{"12 an hour", 12, flat, 0.35, 7 * time.Minute, 18},
		{"5 an hour", 5, flat, 0, 15 * time.Minute, 18},
		{"1 an hour", 1, flat, 0, time.Hour, 20},
		{"5 a day", 0.2, flat, 0, 6 * time.Hour, 25},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			const bursts = 300
			delays, occurrences := named(1, x.rate, x.rhythm, noon, bursts)
			within, _ := slices.BinarySearch(delays, 5*time.Minute+1)
			share, median, n := float64(within)/bursts, delays[bursts/2], occurrences[bursts*9/10]
			t.Logf("%.2f within 5 minutes, half within %v, 9 of 10 after at most %d occurrences", share, median.Round(time.Second), n)
			if share < x.least {
				t.Errorf("%.2f of the bursts were named within 5 minutes, want %.2f", share, x.least)
			}
			if median > x.median {
				t.Errorf("half of the bursts were named within %v, want %v", median, x.median)
			}
			if n > x.most {
				t.Errorf("9 of 10 bursts were named after at most %d occurrences, want %d", n, x.most)
			}
		})
	}
}

// steady is a baseline of a failure that comes at the same rate all the time.
func steady(rate float64, now time.Time) *baseline {
	var wide []storage.Span
	sum := 0.0
	for at := now.Add(-maxHistory).Truncate(storage.Wide); at.Before(now); at = at.Add(storage.Wide) {
		before := math.Floor(sum)
		sum += rate
		if n := int64(math.Floor(sum) - before); n > 0 {
			wide = append(wide, storage.Span{From: at, N: n})
		}
	}
	return learn(wide, now, now)
}

func TestSurging(t *testing.T) {
	now := time.Date(2026, 7, 7, 13, 4, 0, 0, time.UTC)
	ago := func(minutes int, n int64) storage.Span {
		return storage.Span{From: now.Add(-time.Duration(minutes) * time.Minute).Truncate(storage.Narrow), N: n}
	}
	weekly := learn([]storage.Span{{From: now.Add(-20 * 24 * time.Hour), N: 1}, {From: now.Add(-13 * 24 * time.Hour), N: 1}, {From: now.Add(-6 * 24 * time.Hour), N: 1}}, now, now)
	fresh := learn(nil, now, now)
	unseen := learn(nil, now.Add(-matureAfter), now)
	for _, x := range []struct {
		name   string
		b      *baseline
		narrow []storage.Span
		want   int64 // the number in the burst; 0: none
	}{
		{"the first of all", fresh, []storage.Span{ago(0, 1)}, 0},
		{"one a week, and now", weekly, []storage.Span{ago(0, 1)}, 0},
		{"one a week, and five at once", weekly, []storage.Span{ago(0, 5)}, 0},
		{"one a week, and six in an hour", weekly, []storage.Span{ago(60, 2), ago(40, 1), ago(20, 1), ago(0, 2)}, 6},
		{"one a week, and six in half a day", weekly, []storage.Span{ago(700, 3), ago(0, 3)}, 0},
		{"unseen, nine at once", unseen, []storage.Span{ago(0, 9)}, 0},
		{"unseen, ten in half an hour", unseen, []storage.Span{ago(30, 2), ago(10, 4), ago(0, 4)}, 10},
		{"unseen, ten in five hours", unseen, []storage.Span{ago(300, 2), ago(200, 2), ago(100, 2), ago(60, 2), ago(0, 2)}, 0},
		{"a new desk, ten at once", fresh, []storage.Span{ago(0, 9), ago(4, 1)}, 0},
		{"a new desk, twenty at once", fresh, []storage.Span{ago(0, 20)}, 20},
		{"one an hour, and three", steady(1, now), []storage.Span{ago(5, 1), ago(0, 2)}, 0},
		{"one an hour, and ten in ten minutes", steady(1, now), []storage.Span{ago(5, 5), ago(0, 5)}, 10},
		{"one an hour, and six in six hours", steady(1, now), []storage.Span{ago(350, 2), ago(200, 2), ago(0, 2)}, 0},
		{"20 an hour, and 4 in five minutes", steady(20, now), []storage.Span{ago(5, 2), ago(0, 4)}, 0},
		{"20 an hour, and 17 in five minutes", steady(20, now), []storage.Span{ago(5, 2), ago(0, 17)}, 17},
		{"20 an hour, and 35 an hour", steady(20, now), []storage.Span{ago(55, 12), ago(30, 12), ago(0, 11)}, 0},
		{"20 an hour, twice in a second", steady(20, now), []storage.Span{{From: now, N: 2}}, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			got, ok := surging(x.narrow, x.b, now)
			if got.N != x.want || ok != (x.want > 0) {
				t.Errorf("surging = %+v, %v, want %d", got, ok, x.want)
			}
		})
	}
}

// An earlier surge does not make the desk deaf, and a week of hours in which
// nothing came is learned from.
func TestBaseline(t *testing.T) {
	now := time.Date(2026, 7, 7, 13, 4, 0, 0, time.UTC)
	var wide []storage.Span
	for at := now.Add(-maxHistory).Truncate(storage.Wide); at.Before(now); at = at.Add(storage.Wide) {
		wide = append(wide, storage.Span{From: at, N: 2})
	}
	quiet := learn(wide, now, now)
	for i := range 3 { // at this hour of the last three days
		wide[len(wide)-1-24*(i+1)].N = 500
	}
	after := learn(wide, now, now)
	if got := after.rate(now); got > 5*quiet.rate(now) {
		t.Errorf("three surges raise what is usual from %.1f to %.1f an hour", quiet.rate(now), got)
	}
	if b := learn(nil, now.Add(-matureAfter), now); !b.mature || b.rate(now) != unseenRate {
		t.Errorf("nothing in eight days: %+v, want mature, one an hour", b)
	}
	if b := learn([]storage.Span{{From: now.Add(-24 * time.Hour), N: 1}}, now, now); b.mature || b.rate(now) != busyRate {
		t.Errorf("a day old: mature %v, %.1f an hour, want as much as a busy failure's", b.mature, b.rate(now))
	}
	for _, n := range []int64{0, 1, 1 << 40} { // whatever the database says
		learn([]storage.Span{{From: now.Add(24 * time.Hour), N: n}, {From: now.Add(-2 * maxHistory), N: n}}, now, now)
	}
}

// The tail agrees with one that is summed in full.
func TestImprobable(t *testing.T) {
	for _, expected := range []float64{0.001, 0.1, 1.67, 20, 300} {
		p := expected / (expected + surgeSize)
		term, below := math.Pow(1-p, surgeSize), 0.0
		first := int64(-1)
		for k := int64(0); k < 5000; k++ {
			if 1-below < surgeTail && first < 0 {
				first = k
			}
			below += term
			term *= (float64(k) + surgeSize) / float64(k+1) * p
		}
		got := int64(0)
		for !improbable(got, expected) {
			got++
		}
		if got != first {
			t.Errorf("where %v are expected, %d are improbable, want %d", expected, got, first)
		}
	}
}

func TestCounted(t *testing.T) {
	at := time.Date(2026, 7, 7, 13, 4, 0, 0, time.UTC)
	var all []storage.Span
	for _, ago := range []time.Duration{0, time.Minute, time.Hour, 5 * time.Minute, time.Hour} {
		before := slices.Clone(all)
		next := counted(all, storage.Narrow, at.Add(-ago))
		if !slices.Equal(all, before) {
			t.Fatal("counted changed what it was given")
		}
		all = next
	}
	want := []storage.Span{{From: at.Add(-64 * time.Minute), N: 2}, {From: at.Add(-9 * time.Minute), N: 1}, {From: at.Add(-4 * time.Minute), N: 2}}
	if !slices.Equal(all, want) {
		t.Errorf("counted = %v, want %v", all, want)
	}
}
