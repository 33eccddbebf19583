package relational

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"authfix/storage"
)

// Alike returns the cases of a fingerprint.
func (s *Store) Alike(ctx context.Context, t storage.Tenant, fingerprint string, since time.Time, limit int) ([]storage.Case, error) {
	if err := checkKey("read cases alike", t, named{"the fingerprint", fingerprint}); err != nil {
		return nil, err
	}
	var all []storage.Case
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT id, channel, thread, private, state, received FROM cases
 WHERE tenant = $1 AND fingerprint = $2 AND fingerprint <> '' AND received >= $3 ORDER BY received DESC, seq DESC LIMIT $4`,
			[]any{string(t), fingerprint, micros(since), clip(limit)}, func(r Rows) error {
				found := storage.Case{Tenant: t}
				var private, received int64
				err := r.Scan(&found.ID, &found.Channel, &found.Thread, &private, (*string)(&found.State), &received)
				found.Private, found.Received = private != 0, instant(received)
				all = append(all, found)
				return err
			})
	})
	return all, doing("read cases alike", err)
}

// Recent returns the newest cases of a person.
func (s *Store) Recent(ctx context.Context, t storage.Tenant, person string, limit int) ([]storage.Case, error) {
	if err := checkKey("read recent cases", t, named{"the person", person}); err != nil {
		return nil, err
	}
	all, err := s.cases(ctx, t, `author = $2 ORDER BY received DESC, seq DESC LIMIT $3`, person, clip(limit))
	return all, doing("read recent cases", err)
}

// Sightings counts a fingerprint in spans of time.
func (s *Store) Sightings(ctx context.Context, t storage.Tenant, fingerprint string, width time.Duration, since time.Time) ([]storage.Span, error) {
	var k checker
	k.tenant(t)
	k.id("the fingerprint", fingerprint)
	if width != storage.Narrow && width != storage.Wide {
		k.addf("sightings are not counted in spans of %v", width)
	}
	if err := k.err("read sightings"); err != nil {
		return nil, err
	}
	var all []storage.Span
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT start, n FROM sightings WHERE tenant = $1 AND fingerprint = $2 AND width = $3 AND start >= $4 ORDER BY start`,
			[]any{string(t), fingerprint, width.Microseconds(), micros(since)}, func(r Rows) error {
				var from int64
				var span storage.Span
				err := r.Scan(&from, &span.N)
				span.From = time.UnixMicro(from).UTC()
				all = append(all, span)
				return err
			})
	})
	return all, doing("read sightings", err)
}

// Uncategorised returns the failures that were not recognised.
func (s *Store) Uncategorised(ctx context.Context, t storage.Tenant, limit int) ([]storage.Unrecognised, error) {
	if err := checkKey("read uncategorised failures", t); err != nil {
		return nil, err
	}
	var all []storage.Unrecognised
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT fingerprint, channel, excerpt, first_seen, last_seen, n FROM unrecognised WHERE tenant = $1 ORDER BY n DESC, last_seen DESC, fingerprint LIMIT $2`,
			[]any{string(t), clip(limit)}, func(r Rows) error {
				var u storage.Unrecognised
				var first, last int64
				err := r.Scan(&u.Fingerprint, &u.Channel, &u.Excerpt, &first, &last, &u.N)
				u.First, u.Last = instant(first), instant(last)
				all = append(all, u)
				return err
			})
	})
	return all, doing("read uncategorised failures", err)
}

// Audits returns the audit entries of a tenant.
func (s *Store) Audits(ctx context.Context, t storage.Tenant, limit int) ([]storage.Audit, error) {
	if err := checkKey("read the audit", t); err != nil {
		return nil, err
	}
	var all []storage.Audit
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT at, actor, action, subject, detail FROM audits WHERE tenant = $1 ORDER BY at DESC, seq DESC LIMIT $2`,
			[]any{string(t), clip(limit)}, func(r Rows) error {
				var a storage.Audit
				var at int64
				err := r.Scan(&at, &a.Actor, &a.Action, &a.Subject, &a.Detail)
				a.At = instant(at)
				all = append(all, a)
				return err
			})
	})
	return all, doing("read the audit", err)
}

// Votes counts the votes on a failure mode.
func (s *Store) Votes(ctx context.Context, t storage.Tenant, failureMode string) ([]storage.Count, error) {
	if err := checkKey("count votes", t, named{"the failure mode", failureMode}); err != nil {
		return nil, err
	}
	var all []storage.Count
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT mode_version, value, COUNT(*) FROM votes WHERE tenant = $1 AND failure_mode = $2 GROUP BY mode_version, value ORDER BY mode_version, value`,
			[]any{string(t), failureMode}, func(r Rows) error {
				var n storage.Count
				var version int64
				err := r.Scan(&version, &n.Value, &n.N)
				n.ModeVersion = int(version)
				all = append(all, n)
				return err
			})
	})
	return all, doing("count votes", err)
}

// Figures counts the cases of a span of time.
func (s *Store) Figures(ctx context.Context, t storage.Tenant, from, to time.Time) (storage.Figures, error) {
	if err := checkKey("count cases", t); err != nil {
		return storage.Figures{}, err
	}
	var f storage.Figures
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) (err error) {
		f, err = figures(ctx, c, []any{string(t), micros(from), micros(to)})
		return err
	})
	if err != nil {
		return storage.Figures{}, fmt.Errorf("count cases: %w", err)
	}
	return f, nil
}

func figures(ctx context.Context, c Conn, span []any) (storage.Figures, error) {
	const within = ` WHERE c.tenant = $1 AND c.swept IN (0, 1) AND c.received >= $2 AND c.received < $3`
	var f storage.Figures
	modes := map[string]*storage.ModeFigures{}
	mode := func(id string) *storage.ModeFigures {
		m := modes[id]
		if m == nil {
			m = &storage.ModeFigures{FailureMode: id}
			modes[id] = m
		}
		return m
	}
	var sent int64
	err := each(ctx, c, `SELECT c.failure_mode, c.verdict, c.state, MAX(c.title), COUNT(*), SUM(CASE WHEN c.sent > 0 THEN 1 ELSE 0 END) FROM cases c`+within+`
 GROUP BY c.failure_mode, c.verdict, c.state`, span, func(r Rows) error {
		var id, verdict, state, title string
		var n, answered int64
		if err := r.Scan(&id, &verdict, &state, &title, &n, &answered); err != nil {
			return err
		}
		f.Cases += n
		sent += answered
		switch verdict {
		case "certain", "likely":
			f.Known += n
		case "unknown":
			f.Unknown += n
		}
		switch storage.State(state) {
		case storage.Resolved:
			f.Resolved += n
		case storage.Escalated:
			f.Escalated += n
		}
		if id == "" {
			return nil
		}
		m := mode(id)
		m.Cases += n
		m.Title = max(m.Title, title)
		if storage.State(state) == storage.Resolved {
			m.Resolved += n
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	err = each(ctx, c, `SELECT v.value, COUNT(DISTINCT c.id) FROM cases c JOIN votes v ON v.tenant = c.tenant AND v.case_id = c.id`+within+` GROUP BY v.value`, span, func(r Rows) error {
		var value string
		var n int64
		err := r.Scan(&value, &n)
		switch value {
		case "helped":
			f.Helped = n
		case "unhelped":
			f.Unhelped = n
		case "wrong":
			f.Wrong = n
		}
		return err
	})
	if err != nil {
		return f, err
	}
	err = each(ctx, c, `SELECT v.failure_mode, v.value, COUNT(DISTINCT c.id) FROM cases c JOIN votes v ON v.tenant = c.tenant AND v.case_id = c.id`+within+`
 AND v.failure_mode <> '' AND v.value IN ('helped', 'wrong') GROUP BY v.failure_mode, v.value`, span, func(r Rows) error {
		var id, value string
		var n int64
		err := r.Scan(&id, &value, &n)
		if m := mode(id); value == "helped" {
			m.Helped = n
		} else {
			m.Wrong = n
		}
		return err
	})
	if err != nil {
		return f, err
	}
	if f.Median, err = median(ctx, c, within, span, sent); err != nil {
		return f, err
	}
	for _, m := range modes {
		f.Modes = append(f.Modes, *m)
	}
	slices.SortFunc(f.Modes, func(a, b storage.ModeFigures) int {
		return cmp.Or(cmp.Compare(b.Cases, a.Cases), cmp.Compare(a.FailureMode, b.FailureMode))
	})
	return f, nil
}

// median is the median time from received to sent of n cases.
func median(ctx context.Context, c Conn, within string, span []any, n int64) (time.Duration, error) {
	if n == 0 {
		return 0, nil
	}
	// One value in the middle of an odd number, two of an even one.
	sum, count := int64(0), int64(0)
	err := each(ctx, c, `SELECT c.sent - c.received FROM cases c`+within+` AND c.sent > 0 ORDER BY c.sent - c.received LIMIT $4 OFFSET $5`,
		append(slices.Clone(span), 2-n%2, (n-1)/2), func(r Rows) error {
			var us int64
			err := r.Scan(&us)
			sum += us
			count++
			return err
		})
	if err != nil || count == 0 {
		return 0, err
	}
	return time.Duration(sum/count) * time.Microsecond, nil
}

// CaseVotes returns the votes on a case.
func (s *Store) CaseVotes(ctx context.Context, t storage.Tenant, caseID string) ([]storage.Vote, error) {
	if err := checkKey("read the votes", t, named{"the case", caseID}); err != nil {
		return nil, err
	}
	var all []storage.Vote
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT case_id, person, failure_mode, mode_version, value, at FROM votes WHERE tenant = $1 AND case_id = $2 ORDER BY at, person LIMIT $3`,
			[]any{string(t), caseID, int64(MaxRows)}, func(r Rows) error {
				var v storage.Vote
				var version, at int64
				err := r.Scan(&v.Case, &v.Person, &v.FailureMode, &version, &v.Value, &at)
				v.ModeVersion, v.At = int(version), instant(at)
				all = append(all, v)
				return err
			})
	})
	return all, doing("read the votes", err)
}
