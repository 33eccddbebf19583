package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authfix/knowledge"
	"authfix/storage"
)

// past records that a failure was seen before now, and in which hours the desk
// had cases at all.
func past(t *testing.T, s *story, fingerprint string, ago ...time.Duration) {
	t.Helper()
	for _, a := range ago {
		put(t, s, "story//T1", "other", a, func(r *storage.Record) {
			if fingerprint != "" {
				r.Sighting = &storage.Sighting{Fingerprint: fingerprint, At: s.now.Add(-a)}
			}
		})
	}
}

// fingerprintOf is that of a text's diagnosis.
func fingerprintOf(t *testing.T, s *story, text string) string {
	t.Helper()
	d, err := s.desk.base.Load().Diagnose(knowledge.Input{Text: []byte(text), Now: s.now})
	if err != nil || d.Fingerprint == "" {
		t.Fatalf("no fingerprint: %v", err)
	}
	return d.Fingerprint
}

// report brings the failure n times, one every step, and returns the notices of
// a surge with the number of the message after which each was sent.
func report(s *story, attrs string, n int, step time.Duration) (after []int, notices []string) {
	for i := range n {
		got := s.step(fmt.Sprintf("said key=%d by=U%d %s", 1000+s.told, s.told, attrs), timestampLine)
		for block := range strings.SplitSeq("\n"+got, "\nin ") {
			for direct := range strings.SplitSeq(block, "\ndirectly ") {
				if strings.Contains(direct, "# "+say.surge) {
					after, notices = append(after, i+1), append(notices, direct)
				}
			}
		}
		s.now = s.now.Add(step)
	}
	return after, notices
}

// months makes a desk that has listened for weeks, and a failure that comes once
// a week.
func months(t *testing.T) *story {
	s := newStory(t, Options{Admins: []string{"story:U9"}, TriageChannels: []string{"story:C1"}, PersonRate: 1 << 20, ChannelRate: 1 << 20})
	const week = 7 * 24 * time.Hour
	past(t, s, fingerprintOf(t, s, timestampLine), 3*week, 2*week, week)
	return s
}

func TestSurgeIsNoticed(t *testing.T) {
	s := months(t)
	s.step("commanded by=U9", "triage escalate <@U5> <#C77>")
	after, notices := report(s, "", 20, 4*time.Minute)
	if len(after) != 2 || after[0] != surgeLeast || after[1] != surgeLeast {
		t.Fatalf("notices after %v, want two after %d:\n%s", after, surgeLeast, notices)
	}
	for i, to := range []string{"to U5", "C77 as"} {
		for _, want := range []string{to, "6 times since 10:00 UTC", "In the 21 days before it came 3 times.", "Application link refused", "<The thread C1/"} {
			if !strings.Contains(notices[i], want) {
				t.Errorf("the notice does not say %q:\n%s", want, notices[i])
			}
		}
	}
	// The next day is another.
	s.now = s.now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	if after, _ := report(s, "", 10, time.Minute); len(after) != 2 {
		t.Errorf("on the next day notices after %v, want two", after)
	}
}

func TestSurgeWithoutTargets(t *testing.T) {
	s := months(t)
	after, notices := report(s, "", 8, time.Minute)
	if len(after) != 1 || !strings.HasPrefix(notices[0], "C1 as") {
		t.Errorf("notices after %v: %s, want one at the channel's top level", after, notices)
	}
}

// Without anyone to be told, nothing is said where nothing is to be said.
func TestSurgeUntold(t *testing.T) {
	s := months(t)
	s.step("commanded by=U9", "triage quiet 09:00-17:00 UTC")
	if after, _ := report(s, "asked", 8, time.Minute); after != nil {
		t.Errorf("in quiet hours notices after %v", after)
	}
	s = months(t)
	if after, _ := report(s, "direct", 8, 25*time.Hour/100); after != nil {
		t.Errorf("in direct conversations notices after %v", after)
	}
}

// A failure that is new draws a notice when it comes ten times in an hour, on a
// desk that is not new. Another workspace's history is not looked at.
func TestNewFailureSurges(t *testing.T) {
	s := newStory(t, Options{TriageChannels: []string{"story:C1"}, PersonRate: 1 << 20, ChannelRate: 1 << 20})
	past(t, s, "", 9*24*time.Hour)
	if after, notices := report(s, "tenant=T2", 12, 2*time.Minute); after != nil {
		t.Errorf("on a new desk notices after %v: %s", after, notices)
	}
	s.now = s.now.Add(-24 * time.Minute)
	after, notices := report(s, "", 12, 2*time.Minute)
	if len(after) != 1 || after[0] != surgeLeastNew || !strings.Contains(notices[0], say.notSeenBefore) {
		t.Errorf("notices after %v: %s, want one after %d", after, notices, surgeLeastNew)
	}
}

// What comes as often as ever draws none, on whichever day.
func TestUsualTrafficIsNotNoticed(t *testing.T) {
	s := newStory(t, Options{TriageChannels: []string{"story:C1"}, PersonRate: 1 << 20, ChannelRate: 1 << 20})
	f := fingerprintOf(t, s, timestampLine)
	var ago []time.Duration
	for h := range 14 * 24 {
		ago = append(ago, time.Duration(h)*time.Hour+30*time.Minute)
	}
	past(t, s, f, ago...)
	if after, notices := report(s, "", 6, 20*time.Minute); after != nil {
		t.Errorf("notices after %v: %s", after, notices)
	}
}

// The cache is of the running hour, and bounded.
func TestBaselinesAreBounded(t *testing.T) {
	var k baselines
	hour := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	for i := range 3 * maxBaselines {
		k.put(fmt.Sprint(i), hour, &baseline{})
		k.setOld(storage.Tenant(fmt.Sprint(i)))
		if len(k.known) > maxBaselines || len(k.old) > maxBaselines {
			t.Fatalf("%d baselines, %d tenants", len(k.known), len(k.old))
		}
	}
	k.put("x", hour, &baseline{})
	if k.get("x", hour) == nil || k.get("x", hour.Add(time.Hour)) != nil || k.get("y", hour) != nil {
		t.Error("a baseline is kept for another hour, or not for its own")
	}
	k.put("y", hour.Add(time.Hour), &baseline{})
	if len(k.known) != 1 {
		t.Errorf("%d baselines of the last hour are kept", len(k.known)-1)
	}
}

func TestBefore(t *testing.T) {
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		b    baseline
		want string
	}{
		{baseline{mature: true}, "It was not seen before."},
		{baseline{}, "It is new here."},
		{baseline{seen: 9, mean: 20.4}, "Usually it comes 20 times an hour."},
		{baseline{seen: 1, mean: 0.04, begin: now.Add(-26 * time.Hour), end: now}, "In the 26 hours before it came once."},
		{baseline{seen: 3, mean: 0.01, begin: now.Add(-maxHistory), end: now.Add(-surgeReach)}, "In the 28 days before it came 3 times."},
	} {
		if got := before(&x.b); got != x.want {
			t.Errorf("before(%+v) = %s, want %s", x.b, got, x.want)
		}
	}
}
