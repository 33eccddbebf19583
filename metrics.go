package main

import (
	"context"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"authfix/bot"
	"authfix/storage"
	"authfix/storage/queue"
)

// metrics are what serve counts. No label names a tenant, a channel or a person,
// and each has few values: those of a list, and "other".
type metrics struct {
	registry  *prometheus.Registry
	messages  *prometheus.CounterVec
	diagnoses *prometheus.CounterVec
	deciding  *prometheus.HistogramVec
	answering *prometheus.HistogramVec
	sends     *prometheus.CounterVec
	jobs      *prometheus.CounterVec
	modes     *labels // the ids of failure modes
	decisions *labels
	kinds     *labels // of jobs
}

// Bounds of what is learned of a label at run time.
const maxLabels = 64

// scrapeTimeout bounds the questions to the database that one scrape leads to.
const scrapeTimeout = 3 * time.Second

// newMetrics returns the metrics of platforms, by name; ids are those of the
// failure modes of the base.
func newMetrics(platforms, ids []string, backlog func(ctx context.Context, platform string) (storage.Backlog, error)) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "authfix_messages_total",
			Help: "Messages by platform, kind and what was decided about them: failed when nothing was, repeated when it was decided before."}, []string{"platform", "kind", "decision"}),
		diagnoses: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "authfix_diagnoses_total",
			Help: "Diagnoses by verdict and by the failure mode that was said."}, []string{"verdict", "failure_mode"}),
		deciding: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "authfix_decide_seconds",
			Help: "Time from when a message was received until its decision was recorded.", Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10}}, []string{"platform"}),
		answering: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "authfix_answer_seconds",
			Help: "Time from when a message was received until its reply was taken by the platform.", Buckets: []float64{.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 300, 3600}}, []string{"platform"}),
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "authfix_sends_total",
			Help: "Attempts to send a reply by what became of them: sent, again, failed, lost, lease_lost."}, []string{"platform", "result"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "authfix_jobs_total",
			Help: "Runs of jobs by kind and outcome: done, failed, given_up, never, later, parked, interrupted, rescued."}, []string{"kind", "outcome"}),
		modes:     &labels{known: ids, most: len(ids)},
		decisions: &labels{most: maxLabels},
		kinds:     &labels{most: maxLabels},
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "authfix_build_info", Help: "1; its labels say what runs.",
		ConstLabels: prometheus.Labels{"version": programVersion(), "go": runtime.Version()}}, func() float64 { return 1 })
	known := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "authfix_failure_modes", Help: "Failure modes in the knowledge base."}, func() float64 { return float64(len(ids)) })
	m.registry.MustRegister(m.messages, m.diagnoses, m.deciding, m.answering, m.sends, m.jobs, build, known,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newOutboxCollector(platforms, backlog))
	return m
}

// handler answers a scrape.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 2 * scrapeTimeout})
}

// observer counts what the dispatcher does.
func (m *metrics) observer() bot.Observer {
	return bot.Observer{Handled: m.handled, Settled: m.settled}
}

func (m *metrics) handled(h bot.Handled) {
	decision := m.decisions.of(h.Outcome.Decision)
	switch {
	case h.Failed:
		decision = "failed"
	case h.Outcome.Repeated:
		decision = "repeated"
	}
	m.messages.WithLabelValues(h.Platform, string(h.Kind), decision).Inc()
	m.deciding.WithLabelValues(h.Platform).Observe(h.Elapsed.Seconds())
	if h.Outcome.Verdict != "" && !h.Outcome.Repeated {
		mode := ""
		if h.Outcome.Mode != "" {
			mode = m.modes.of(h.Outcome.Mode)
		}
		m.diagnoses.WithLabelValues(h.Outcome.Verdict, mode).Inc()
	}
}

func (m *metrics) settled(s bot.Settled) {
	m.sends.WithLabelValues(s.Platform, s.Result).Inc()
	if s.Result == string(bot.WasSent) && s.Elapsed > 0 {
		m.answering.WithLabelValues(s.Platform).Observe(s.Elapsed.Seconds())
	}
}

// worked counts a run of a job.
func (m *metrics) worked(kind string, outcome queue.Outcome) {
	m.jobs.WithLabelValues(m.kinds.of(kind), string(outcome)).Inc()
}

// programVersion is the version of the module that was built.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development"
}

// labels are the values that one label may have. It is safe for concurrent use.
type labels struct {
	mu    sync.Mutex
	known []string
	most  int
}

// of returns value, or "other" when there are too many others already.
func (l *labels) of(value string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case slices.Contains(l.known, value):
	case len(l.known) < l.most:
		l.known = append(l.known, strings.Clone(value))
	default:
		return "other"
	}
	return value
}

// outboxCollector asks the database at each scrape what is still to be sent.
type outboxCollector struct {
	platforms []string
	backlog   func(ctx context.Context, platform string) (storage.Backlog, error)
	waiting   *prometheus.Desc
	oldest    *prometheus.Desc
	now       func() time.Time
}

func newOutboxCollector(platforms []string, backlog func(context.Context, string) (storage.Backlog, error)) *outboxCollector {
	return &outboxCollector{platforms: platforms, backlog: backlog, now: time.Now,
		waiting: prometheus.NewDesc("authfix_outbox_replies", "Replies that are recorded and not yet sent.", []string{"platform"}, nil),
		oldest:  prometheus.NewDesc("authfix_outbox_oldest_seconds", "How long the oldest reply that is not yet sent has waited; 0 without one.", []string{"platform"}, nil),
	}
}

func (c *outboxCollector) Describe(to chan<- *prometheus.Desc) { to <- c.waiting; to <- c.oldest }

func (c *outboxCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	for _, p := range c.platforms {
		b, err := c.backlog(ctx, p)
		if err != nil {
			to <- prometheus.NewInvalidMetric(c.waiting, err)
			continue
		}
		age := 0.0
		if !b.Oldest.IsZero() {
			age = max(0, c.now().Sub(b.Oldest).Seconds())
		}
		to <- prometheus.MustNewConstMetric(c.waiting, prometheus.GaugeValue, float64(b.Rows), p)
		to <- prometheus.MustNewConstMetric(c.oldest, prometheus.GaugeValue, age, p)
	}
}
