package relational

import (
	"context"
	"encoding/json"
	"fmt"

	"authfix/storage"
)

// A step is one statement of a record. When it changes no row, the record fails
// with none, unless that is nil.
type step struct {
	Statement
	none error
}

// Record writes r in one transaction.
func (s *Store) Record(ctx context.Context, r *storage.Record) error {
	if err := checkRecord(r); err != nil {
		return err
	}
	steps, err := s.steps(r)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	all := make([]Statement, len(steps))
	for i := range steps {
		all[i] = steps[i].Statement
	}
	err = s.e.Write(ctx, func(ctx context.Context, c Conn) error {
		changed, err := c.Batch(ctx, all)
		if err != nil {
			return err
		}
		// The first statement waits for another transaction that records the
		// same delivery, and changes nothing once that is committed.
		for i := range steps {
			if changed[i] == 0 && steps[i].none != nil {
				return steps[i].none
			}
		}
		if len(r.Jobs) == 0 {
			return nil
		}
		return s.e.Enqueue(ctx, c, r.Jobs)
	})
	return doing("record", err)
}

// steps are the statements of a record. Rows that several records write are
// locked in one order, so that none waits for another in a circle: delivery,
// message, case, setting, replies, vote, counters.
func (s *Store) steps(r *storage.Record) ([]step, error) {
	all := make([]step, 0, 8+2*len(r.Outgoing))
	add := func(none error, sql string, args ...any) {
		all = append(all, step{Statement{sql, args}, none})
	}
	t, from := string(r.Tenant), originOf(r)

	d := &r.Delivery
	acked := origin{}
	if len(d.Ack) > 0 {
		acked = from
	}
	add(storage.ErrDelivered, `INSERT INTO deliveries (tenant, id, received, decided, decision, ack, type, size, error, channel, message, person)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
		t, d.ID, micros(d.Received), micros(d.Decided), prose(d.Decision), blob(d.Ack), prose(d.Type), d.Size, prose(d.Error), acked.channel, acked.message, acked.person)

	if m := r.Message; m != nil {
		guest := r.Case == nil || r.Case.ID != m.Case || r.Case.Author != m.Author
		if m.Version == 0 {
			add(storage.ErrConflict, `INSERT INTO messages (tenant, channel, key, thread, author, revision, asked, spoken, deleted, case_id, at, guest, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) ON CONFLICT DO NOTHING`,
				t, m.Channel, m.Key, m.Thread, m.Author, m.Revision, bit(m.Asked), bit(m.Spoken), bit(m.Deleted), m.Case, micros(m.At), bit(guest))
		} else {
			add(storage.ErrConflict, `UPDATE messages SET thread = $1, author = $2, revision = $3, asked = $4, spoken = $5, deleted = $6, case_id = $7, at = $8, guest = $9, version = version + 1
 WHERE tenant = $10 AND channel = $11 AND key = $12 AND version = $13`,
				m.Thread, m.Author, m.Revision, bit(m.Asked), bit(m.Spoken), bit(m.Deleted), m.Case, micros(m.At), bit(guest), t, m.Channel, m.Key, m.Version)
		}
	}
	if r.Case != nil {
		c, err := caseStep(t, r)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if g := r.Setting; g != nil {
		if g.Version == 0 {
			add(storage.ErrConflict, `INSERT INTO settings (tenant, channel, data, set_by, at, version) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT DO NOTHING`,
				t, g.Channel, blob(g.Data), g.By, micros(g.At))
		} else {
			add(storage.ErrConflict, `UPDATE settings SET data = $1, set_by = $2, at = $3, version = version + 1 WHERE tenant = $4 AND channel = $5 AND version = $6`,
				blob(g.Data), g.By, micros(g.At), t, g.Channel, g.Version)
		}
	}
	if r.Retracted != "" {
		add(nil, `DELETE FROM observations WHERE tenant = $1 AND case_id = $2 AND message = $3`, t, r.Case.ID, r.Retracted)
	}
	if o := r.Observation; o != nil {
		add(nil, `INSERT INTO observations (tenant, case_id, message, author, revision, at, guest, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
 ON CONFLICT (tenant, case_id, message) DO UPDATE SET author = excluded.author, revision = excluded.revision, at = excluded.at, guest = excluded.guest, data = excluded.data
 WHERE observations.revision <= excluded.revision`,
			t, r.Case.ID, o.Message, o.Author, o.Revision, micros(o.At), bit(o.Author != r.Case.Author), blob(o.Data))
	}
	for i := range r.Outgoing {
		more, err := s.outgoingSteps(r.Tenant, &r.Outgoing[i])
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	if v := r.Vote; v != nil {
		add(nil, `INSERT INTO votes (tenant, case_id, person, failure_mode, mode_version, value, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (tenant, case_id, person) DO UPDATE SET failure_mode = excluded.failure_mode, mode_version = excluded.mode_version, value = excluded.value, at = excluded.at`,
			t, v.Case, v.Person, v.FailureMode, int64(v.ModeVersion), v.Value, micros(v.At))
	}
	for i := range r.Audits {
		all = append(all, auditStep(t, &r.Audits[i]))
	}
	for _, mac := range r.Warned {
		add(nil, `INSERT INTO warned (tenant, mac, at, channel, message, person) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			t, mac, micros(d.Received), from.channel, from.message, from.person)
	}
	// What many records count up comes last, for it is locked until the commit.
	if g := r.Sighting; g != nil {
		for _, width := range []int64{storage.Narrow.Microseconds(), storage.Wide.Microseconds()} {
			at := g.At.UnixMicro()
			add(nil, `INSERT INTO sightings (tenant, fingerprint, width, start, n) VALUES ($1, $2, $3, $4, 1)
 ON CONFLICT (tenant, fingerprint, width, start) DO UPDATE SET n = sightings.n + 1`,
				t, g.Fingerprint, width, at-at%width)
		}
	}
	if u := r.Unrecognised; u != nil {
		source := from
		if u.Excerpt == "" {
			source = origin{}
		}
		add(nil, `INSERT INTO unrecognised (tenant, fingerprint, channel, excerpt, first_seen, last_seen, n, from_channel, from_message, from_person)
 VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9) ON CONFLICT (tenant, fingerprint) DO UPDATE SET
 channel = excluded.channel, n = unrecognised.n + 1,
 last_seen = CASE WHEN excluded.last_seen > unrecognised.last_seen THEN excluded.last_seen ELSE unrecognised.last_seen END,
 from_channel = CASE WHEN excluded.excerpt <> '' THEN excluded.from_channel ELSE unrecognised.from_channel END,
 from_message = CASE WHEN excluded.excerpt <> '' THEN excluded.from_message ELSE unrecognised.from_message END,
 from_person = CASE WHEN excluded.excerpt <> '' THEN excluded.from_person ELSE unrecognised.from_person END,
 excerpt = CASE WHEN excluded.excerpt <> '' THEN excluded.excerpt ELSE unrecognised.excerpt END`,
			t, u.Fingerprint, u.Channel, prose(u.Excerpt), micros(u.First), micros(u.Last), source.channel, source.message, source.person)
	}
	return all, nil
}

// caseStep writes the case. When it was sent, and the thread that a private case
// got when it was shared, are written by Settle without another version: they
// stand above what the record says. Its author stays, for by it is found what
// the author said: another one is a conflict.
func caseStep(t string, r *storage.Record) (step, error) {
	c := r.Case
	answers, err := encodeAnswers(c.Answers)
	if err != nil {
		return step{}, err
	}
	// A swept case that is taken up again is to be swept once more.
	swept := c.Swept && c.Excerpt == "" && len(c.Answers) == 0 && r.Observation == nil && len(r.Outgoing) == 0
	if c.Version == 0 {
		return step{Statement{`INSERT INTO cases (tenant, id, channel, thread, author, private, asked, state, verdict, failure_mode, mode_version, base, fingerprint,
 title, excerpt, answers, swept, received, decided, sent, first_human, resolved_at, updated, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 1) ON CONFLICT DO NOTHING`,
			[]any{t, c.ID, c.Channel, c.Thread, c.Author, bit(c.Private), bit(c.Asked), string(c.State), c.Verdict, c.FailureMode, int64(c.ModeVersion), c.Base, c.Fingerprint,
				prose(c.Title), prose(c.Excerpt), answers, bit(swept), micros(c.Received), micros(c.Decided), micros(c.Sent), micros(c.FirstHuman), micros(c.ResolvedAt), micros(c.Updated)}},
			storage.ErrConflict}, nil
	}
	return step{Statement{`UPDATE cases SET channel = $1, thread = CASE WHEN thread = '' THEN $2 ELSE thread END, private = $3, asked = $4, state = $5, verdict = $6,
 failure_mode = $7, mode_version = $8, base = $9, fingerprint = $10, title = $11, excerpt = $12, answers = $13, swept = $14, received = $15, decided = $16,
 sent = CASE WHEN sent = 0 THEN $17 ELSE sent END, first_human = $18, resolved_at = $19, updated = $20, version = version + 1
 WHERE tenant = $21 AND id = $22 AND version = $23 AND author = $24`,
		[]any{c.Channel, c.Thread, bit(c.Private), bit(c.Asked), string(c.State), c.Verdict,
			c.FailureMode, int64(c.ModeVersion), c.Base, c.Fingerprint, prose(c.Title), prose(c.Excerpt), answers, bit(swept), micros(c.Received), micros(c.Decided),
			micros(c.Sent), micros(c.FirstHuman), micros(c.ResolvedAt), micros(c.Updated), t, c.ID, c.Version, c.Author}},
		storage.ErrConflict}, nil
}

func auditStep(t string, a *storage.Audit) step {
	return step{Statement{`INSERT INTO audits (tenant, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		[]any{t, micros(a.At), a.Actor, a.Action, prose(a.Subject), prose(a.Detail)}}, nil}
}

// An origin is the message and the person that a record is of, as far as it
// tells: what was kept of them besides is found by it when they are forgotten.
type origin struct {
	channel, message, person string
}

func originOf(r *storage.Record) origin {
	if m := r.Message; m != nil {
		return origin{m.Channel, m.Key, m.Author}
	}
	o := origin{}
	if r.Observation != nil {
		o = origin{r.Case.Channel, r.Observation.Message, r.Observation.Author}
	}
	if o.person == "" && r.Vote != nil {
		o.person = r.Vote.Person
	}
	for i := range r.Outgoing {
		// A fleeting row is to leave no trace of whom it tells.
		if g := &r.Outgoing[i]; o.person == "" && g.Private && !g.Fleeting {
			o.person = g.Person
		}
	}
	if o.person == "" && r.Case != nil {
		o.person = r.Case.Author
	}
	return o
}

// encodeAnswers returns the answers of a case as they are kept.
func encodeAnswers(all []storage.Answer) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	clean := make([]storage.Answer, len(all))
	for i, a := range all {
		clean[i] = storage.Answer{Fact: prose(a.Fact), Value: prose(a.Value)}
	}
	b, err := json.Marshal(clean)
	if err != nil {
		return "", fmt.Errorf("encode the answers: %w", err)
	}
	return string(b), nil
}

func decodeAnswers(s string) ([]storage.Answer, error) {
	if s == "" {
		return nil, nil
	}
	var all []storage.Answer
	if err := json.Unmarshal([]byte(s), &all); err != nil {
		return nil, fmt.Errorf("decode the answers: %w", err)
	}
	return all, nil
}
