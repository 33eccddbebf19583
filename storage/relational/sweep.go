package relational

import (
	"context"
	"fmt"
	"time"

	"authfix/storage"
)

const (
	// sweepRows bounds the rows that one transaction of Sweep deletes, and
	// sweepCases the cases whose rows it deletes.
	sweepRows  = 500
	sweepCases = 50
)

// Sweep deletes what is older than its time, tenant by tenant.
func (s *Store) Sweep(ctx context.Context, r storage.Retention) (map[string]int64, error) {
	if r.Now.IsZero() {
		return nil, fmt.Errorf("sweep: the retention has no time")
	}
	tenants, err := s.EachTenant(ctx)
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	gone := map[string]int64{}
	for _, t := range tenants {
		if err := s.sweepTenant(ctx, string(t), r, gone); err != nil {
			return gone, fmt.Errorf("sweep: %w", err)
		}
	}
	return gone, nil
}

func (s *Store) sweepTenant(ctx context.Context, t string, r storage.Retention, gone map[string]int64) error {
	// picked says which rows of a table go; $2 is the time before which they do.
	plain := []struct {
		table, picked string
		keep          time.Duration
	}{
		{"deliveries", `received < $2`, r.Deliveries},
		{"messages", `case_id = '' AND at < $2`, r.Deliveries},
		{"outbox", `case_id = '' AND created < $2 AND state NOT IN ('pending','leased')`, r.Deliveries},
		{"unrecognised", `last_seen < $2`, r.Unknown},
		{"sightings", `start < $2`, r.Sightings},
		{"audits", `at < $2`, r.Audits},
		{"warned", `at < $2`, r.Cases},
		{"documents", `at < $2 AND EXISTS (SELECT 1 FROM documents e WHERE e.tenant = documents.tenant AND e.id = documents.id AND e.version > documents.version)`, r.Documents},
	}
	for _, p := range plain {
		if p.keep <= 0 {
			continue
		}
		key := clusters[p.table]
		sql := `DELETE FROM ` + p.table + ` WHERE tenant = $1 AND (` + key + `) IN (SELECT ` + key + ` FROM ` + p.table + ` WHERE tenant = $1 AND ` + p.picked + ` LIMIT $3)`
		for {
			n, err := s.exec(ctx, sql, t, micros(r.Now.Add(-p.keep)), int64(sweepRows))
			if err != nil {
				return fmt.Errorf("%s: %w", p.table, err)
			}
			gone[p.table] += n
			if n < sweepRows {
				break
			}
		}
	}
	if r.Cases > 0 {
		if err := s.sweepCases(ctx, `swept IN (0, 1)`, t, micros(r.Now.Add(-r.Cases)), gone, dropCase); err != nil {
			return fmt.Errorf("cases: %w", err)
		}
	}
	if r.Excerpts > 0 {
		if err := s.sweepCases(ctx, `swept = 0`, t, micros(r.Now.Add(-r.Excerpts)), gone, stubCase); err != nil {
			return fmt.Errorf("excerpts: %w", err)
		}
	}
	return nil
}

// sweepCases does to the cases that were not updated since a time what do says,
// a few in each transaction.
func (s *Store) sweepCases(ctx context.Context, which, t string, before int64, gone map[string]int64, do func(t, id string) []caseStatement) error {
	for {
		var picked int
		counts := map[string]int64{}
		err := s.e.Write(ctx, func(ctx context.Context, c Conn) error {
			picked = 0
			clear(counts)
			var all []caseStatement
			// A case is received before it is updated: its index bounds the search.
			err := each(ctx, c, `SELECT id FROM cases WHERE tenant = $1 AND `+which+` AND received < $2 AND updated < $2 LIMIT $3 `+s.e.SkipLocked(),
				[]any{t, before, int64(sweepCases)}, func(r Rows) error {
					var id string
					err := r.Scan(&id)
					picked++
					all = append(all, do(t, id)...)
					return err
				})
			if err != nil {
				return err
			}
			return runCaseStatements(ctx, c, all, counts)
		})
		if err != nil {
			return err
		}
		for kind, n := range counts {
			gone[kind] += n
		}
		if picked < sweepCases {
			return nil
		}
	}
}

// A caseStatement is a statement on the rows of a case, counted as a kind.
type caseStatement struct {
	kind string
	Statement
}

func runCaseStatements(ctx context.Context, c Conn, all []caseStatement, counts map[string]int64) error {
	if len(all) == 0 {
		return nil
	}
	plain := make([]Statement, len(all))
	for i := range all {
		plain[i] = all[i].Statement
	}
	changed, err := c.Batch(ctx, plain)
	for i, n := range changed {
		counts[all[i].kind] += n
	}
	return err
}

// stubCase leaves of a case what holds nothing of a paste.
func stubCase(t, id string) []caseStatement {
	args := []any{t, id}
	return []caseStatement{
		{"excerpts", Statement{`UPDATE cases SET excerpt = '', answers = '', swept = 1, version = version + 1 WHERE tenant = $1 AND id = $2`, args}},
		{"observations", Statement{`DELETE FROM observations WHERE tenant = $1 AND case_id = $2`, args}},
		{"outbox", Statement{`DELETE FROM outbox WHERE tenant = $1 AND case_id = $2 AND case_id <> '' AND state NOT IN ('pending','leased')`, args}},
	}
}

// dropCase deletes a case and all that hangs on it.
func dropCase(t, id string) []caseStatement {
	args := []any{t, id}
	return []caseStatement{
		{"cases", Statement{`DELETE FROM cases WHERE tenant = $1 AND id = $2`, args}},
		{"observations", Statement{`DELETE FROM observations WHERE tenant = $1 AND case_id = $2`, args}},
		{"outbox", Statement{`DELETE FROM outbox WHERE tenant = $1 AND case_id = $2 AND case_id <> ''`, args}},
		{"messages", Statement{`DELETE FROM messages WHERE tenant = $1 AND case_id = $2 AND case_id <> ''`, args}},
		{"votes", Statement{`DELETE FROM votes WHERE tenant = $1 AND case_id = $2`, args}},
	}
}
