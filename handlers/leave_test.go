package handlers

import (
	"context"
	"testing"
	"time"

	"authfix/bot"
	"authfix/storage"
)

// here is a story's platform that knows whether it is installed.
type here struct {
	*storyPlatform
	is bool
}

func (h *here) Here(context.Context, bot.Tenant) (bool, error) { return h.is, nil }

// A workspace that removed the bot is deleted after the configured time, unless
// the bot is back by then.
func TestLeave(t *testing.T) {
	s := newStory(t, Options{TriageChannels: []string{"story:C1"}, Retention: storage.Retention{Removed: 30 * 24 * time.Hour}})
	h := &here{storyPlatform: (*storyPlatform)(s), is: true}
	s.desk.platform = func(string) bot.Platform { return h }
	s.step("said key=1.1", "oauth_problem=timestamp_refused")
	tenant := bot.Tenant{Platform: "story", Workspace: "T1"}
	if err := s.desk.Leave(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	j := s.jobs[len(s.jobs)-1]
	if want := s.now.Add(30 * 24 * time.Hour); j.Kind != JobLeave || !j.At.Equal(want) {
		t.Fatalf("the job is %+v, want one at %v", j, want)
	}
	cases := func() int {
		all, err := s.store.Recent(t.Context(), storage.Tenant(tenant.String()), "U1", 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if s.job(j); cases() != 1 {
		t.Errorf("%d cases of a workspace to which the bot is back, want 1", cases())
	}
	h.is = false
	if s.job(j); cases() != 0 {
		t.Errorf("%d cases of a workspace that has gone, want none", cases())
	}
}
