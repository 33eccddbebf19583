package handlers

import (
	"math"
	"time"

	"authfix/storage"
)

// A failure surges when it leaves its baseline: in some stretch of time up to
// now it came so often that its usual traffic would hardly ever do that. What is
// usual is a [baseline]. The number seen is compared with the negative binomial
// distribution of what is expected, which is the Poisson distribution with an
// allowance: a size of 16 says that the true rate lies beside the learned one by
// a quarter (standard deviation). So however many there are, a failure has to
// come about three times as often as usual.
//
// A tail of one in a million is what 43 failures of 0.006 to 20 an hour allow.
// They occur some 70,000 times a month, each occurrence is looked at in many
// stretches of time, and they drew 5 false notices in 90 simulated months. The
// tail is also what limits how soon a burst of ten times the usual rate is
// named: when some dozen have come. That is within 5 minutes in 9 of 10 bursts
// where 30 an hour are usual and in 7 of 10 where 20 are; where 5 an hour are
// usual, half of the bursts are named within a quarter of an hour, and where one
// is, within an hour. surge_test.go simulates such months and bursts.
const (
	surgeTail     = 1e-6
	surgeSize     = 16.0
	surgeReach    = 6 * time.Hour   // how long the longest stretch is
	surgeBrief    = 2 * time.Minute // shorter stretches count as long as this: one trouble may bring several reports at once
	surgeLeast    = 6               // occurrences, however rare the failure is
	surgeLeastNew = 10              // of one that was not seen before
)

// A burst is a stretch of time in which a failure surged.
type burst struct {
	From time.Time
	N    int64
}

// surging finds the shortest stretch up to now in which a failure left its
// baseline. narrow are its narrow spans, in order, with the present occurrence.
func surging(narrow []storage.Span, b *baseline, now time.Time) (burst, bool) {
	least := int64(surgeLeast)
	if b.seen == 0 {
		least = surgeLeastNew
	}
	n, expected, end := int64(0), 0.0, now
	for i := len(narrow) - 1; i >= 0; i-- {
		from := narrow[i].From
		if now.Sub(from) > surgeReach {
			break
		}
		n += narrow[i].N
		expected += b.expected(from, end)
		end = from
		if n < least {
			continue
		}
		usual := expected
		if brief := from.Add(surgeBrief); brief.After(now) {
			usual = b.expected(from, brief)
		}
		if improbable(n, usual) {
			return burst{from, n}, true
		}
	}
	return burst{}, false
}

// improbable reports whether n or more occurrences, where so many are expected,
// are rarer than surgeTail.
func improbable(n int64, expected float64) bool {
	k := float64(n)
	if k <= 2*expected { // with that size, one in thousands at the least
		return false
	}
	p := expected / (expected + surgeSize)
	a, _ := math.Lgamma(k + surgeSize)
	b, _ := math.Lgamma(surgeSize)
	c, _ := math.Lgamma(k + 1)
	term := math.Exp(a - b - c + surgeSize*math.Log1p(-p) + k*math.Log(p))
	// Above the mean each term of the tail is smaller than the one before: the
	// sum is known to be enough, or what follows to be nothing.
	sum := 0.0
	for ; sum < surgeTail && term > surgeTail*1e-6; k++ {
		sum += term
		term *= (k + surgeSize) / (k + 1) * p
	}
	return sum < surgeTail
}

// counted adds an occurrence to spans of a width, which are in order.
func counted(all []storage.Span, width time.Duration, at time.Time) []storage.Span {
	from := at.Truncate(width)
	i := len(all)
	for i > 0 && all[i-1].From.After(from) {
		i--
	}
	out := append([]storage.Span(nil), all[:i]...)
	if i > 0 && out[i-1].From.Equal(from) {
		out[i-1].N++
	} else {
		out = append(out, storage.Span{From: from, N: 1})
	}
	return append(out, all[i:]...)
}
