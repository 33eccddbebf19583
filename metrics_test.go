package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/storage"
	"authfix/storage/queue"
)

func scrape(t *testing.T, m *metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("/metrics = %d, %v\n%s", w.Code, err, body)
	}
	return string(body)
}

func TestMetrics(t *testing.T) {
	m := newMetrics([]string{"slack", "broken"}, []string{"applinks-timestamp-refused", "jira-dvcs"}, func(_ context.Context, platform string) (storage.Backlog, error) {
		if platform == "broken" {
			return storage.Backlog{}, errors.New("away")
		}
		return storage.Backlog{Rows: 3, Oldest: time.Now().Add(-time.Hour)}, nil
	})
	o := m.observer()
	o.Handled(bot.Handled{Platform: "slack", Kind: bot.Said, Outcome: bot.Outcome{Decision: "answered", Verdict: "certain", Mode: "jira-dvcs"}, Elapsed: 30 * time.Millisecond})
	o.Handled(bot.Handled{Platform: "slack", Kind: bot.Said, Outcome: bot.Outcome{Decision: "silent", Verdict: "unknown"}})
	o.Handled(bot.Handled{Platform: "slack", Kind: bot.Said, Outcome: bot.Outcome{Decision: "answered", Verdict: "certain", Mode: "jira-dvcs", Repeated: true}})
	o.Handled(bot.Handled{Platform: "slack", Kind: bot.Said, Failed: true})
	o.Handled(bot.Handled{Platform: "slack", Kind: bot.Said, Outcome: bot.Outcome{Decision: "answered", Verdict: "likely", Mode: "one-that-a-team-wrote"}})
	o.Settled(bot.Settled{Platform: "slack", Result: "sent", Elapsed: 400 * time.Millisecond})
	o.Settled(bot.Settled{Platform: "slack", Result: "again", Elapsed: time.Hour})
	m.worked("sweep", queue.Done)
	body := scrape(t, m)
	for _, want := range []string{
		`authfix_messages_total{decision="answered",kind="said",platform="slack"} 2`,
		`authfix_messages_total{decision="repeated",kind="said",platform="slack"} 1`,
		`authfix_messages_total{decision="failed",kind="said",platform="slack"} 1`,
		`authfix_diagnoses_total{failure_mode="jira-dvcs",verdict="certain"} 1`,
		`authfix_diagnoses_total{failure_mode="",verdict="unknown"} 1`,
		`authfix_diagnoses_total{failure_mode="other",verdict="likely"} 1`,
		`authfix_decide_seconds_count{platform="slack"} 5`,
		`authfix_answer_seconds_count{platform="slack"} 1`,
		`authfix_sends_total{platform="slack",result="again"} 1`,
		`authfix_outbox_replies{platform="slack"} 3`,
		`authfix_outbox_oldest_seconds{platform="slack"} 36`,
		`authfix_jobs_total{kind="sweep",outcome="done"} 1`,
		`authfix_failure_modes 2`,
		`authfix_build_info{go="go1`,
		`go_goroutines `, `process_open_fds `,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

// No label has more values than its bound, whatever comes.
func TestMetricsAreBounded(t *testing.T) {
	m := newMetrics(nil, []string{"a"}, nil)
	for i := range 1000 {
		name := fmt.Sprint("x", i)
		m.handled(bot.Handled{Platform: "slack", Kind: bot.Said, Outcome: bot.Outcome{Decision: name, Verdict: "likely", Mode: name}})
		m.worked(name, queue.Done)
	}
	body := scrape(t, m)
	for series, most := range map[string]int{"authfix_messages_total{": maxLabels + 1, "authfix_diagnoses_total{": 2, "authfix_jobs_total{": maxLabels + 1} {
		if n := strings.Count(body, "\n"+series); n > most || n == 0 {
			t.Errorf("%s: %d series, of at most %d", series, n, most)
		}
	}
}

// The labels are those that are listed: none names a tenant, channel or person.
func TestLabels(t *testing.T) {
	m := newMetrics([]string{"slack"}, nil, func(context.Context, string) (storage.Backlog, error) { return storage.Backlog{}, nil })
	m.handled(bot.Handled{Platform: "slack", Kind: bot.Said, Outcome: bot.Outcome{Decision: "x", Verdict: "likely", Mode: "y"}})
	m.settled(bot.Settled{Platform: "slack", Result: "sent", Elapsed: time.Second})
	m.worked("sweep", queue.Done)
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{"platform": true, "kind": true, "decision": true, "verdict": true, "failure_mode": true, "result": true, "outcome": true, "version": true, "go": true}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "authfix_") {
			continue
		}
		for _, one := range f.GetMetric() {
			for _, l := range one.GetLabel() {
				if !allowed[l.GetName()] {
					t.Errorf("%s has the label %s", f.GetName(), l.GetName())
				}
			}
		}
	}
}
