package relational

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"authfix/storage"
)

// outgoingSteps adds a row to the outbox, or overwrites the reply of the row that
// it replaces while that surely was not sent.
func (s *Store) outgoingSteps(tenant storage.Tenant, o *storage.Outgoing) ([]step, error) {
	t := string(tenant)
	sealed, err := s.k.Seal(tenant, sealedReplyTo, o.ReplyTo)
	if err != nil {
		return nil, err
	}
	row := []any{t, o.ID, o.Once, o.Case, o.Platform, o.Channel, o.Thread, o.Person, bit(o.Private), o.Message, micros(o.ReplyBy), o.Replaces,
		bit(o.Fleeting), micros(o.Created), o.Target, blob(sealed), blob(o.Reply), micros(o.NotBefore)}
	const insert = `INSERT INTO outbox (tenant, id, once, case_id, platform, channel, thread, person, private, message, reply_by, replaces,
 fleeting, created, target, reply_to, reply, not_before, rewritten, state, attempts, owner, until, unsure, sent_as, sent_at, error) `
	const rest = `, '', 'pending', 0, '', 0, 0, '', 0, ''`
	// A second row of equal Once is passed over; one of equal id is a mistake.
	var none error
	if o.Once == "" {
		none = fmt.Errorf("the outbox has a row %s already", o.ID)
	}
	if o.Replaces == "" {
		return []step{{Statement{insert + `VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18` + rest + `) ON CONFLICT DO NOTHING`, row}, none}}, nil
	}
	// The mark that the first statement leaves tells the second one not to add a
	// row, also when the earlier row is leased in between. A row of which an
	// attempt may have been sent is not overwritten: the platform may know it
	// already, by its id and with the old reply.
	overwrite := step{Statement{`UPDATE outbox SET reply = $1, rewritten = $2, once = CASE WHEN once = '' THEN $3 ELSE once END,
 not_before = CASE WHEN attempts = 0 THEN 0 ELSE not_before END
 WHERE tenant = $4 AND id = $5 AND state = 'pending' AND unsure = 0
 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.tenant = $4 AND o.once = $3 AND o.once <> '')`,
		[]any{blob(o.Reply), o.ID, o.Once, t, o.Replaces}}, nil}
	add := step{Statement{insert + `SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18` + rest + `
 WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.tenant = $1 AND o.id = $12 AND o.rewritten = $2) ON CONFLICT DO NOTHING`, row}, nil}
	return []step{overwrite, add}, nil
}

// outgoingColumns are read by scanOutgoing. What a row replaces is known by the
// platform's id of it once that was sent.
const outgoingColumns = `o.seq, o.tenant, o.id, o.once, o.case_id, o.platform, o.channel, o.thread, o.person, o.private, o.message, o.reply_by, o.replaces,
 o.fleeting, o.created, o.state, o.attempts, o.not_before, o.owner, o.until, o.unsure,
 CASE WHEN o.target <> '' OR o.replaces = '' THEN o.target
 ELSE COALESCE((SELECT r.sent_as FROM outbox r WHERE r.tenant = o.tenant AND r.id = o.replaces), '') END,
 o.sent_as, o.sent_at, o.error, o.reply_to, o.reply`

// A queued is a row of the outbox with its place and its sealed address.
type queued struct {
	storage.Outgoing
	seq    int64
	sealed []byte
	newer  string // the row that replaces it and waits behind it, or ""
	late   []byte // its reply
	said   bool   // it replaces one that was sent with its reply already
}

func scanOutgoing(r Rows, more ...any) (queued, error) {
	var q queued
	o := &q.Outgoing
	var tenant, state string
	var private, replyBy, fleeting, created, attempts, notBefore, until, unsure, sentAt int64
	err := r.Scan(append([]any{&q.seq, &tenant, &o.ID, &o.Once, &o.Case, &o.Platform, &o.Channel, &o.Thread, &o.Person, &private, &o.Message, &replyBy, &o.Replaces,
		&fleeting, &created, &state, &attempts, &notBefore, &o.Owner, &until, &unsure, &o.Target, &o.SentAs, &sentAt, &o.Error, &q.sealed, &o.Reply}, more...)...)
	o.Tenant, o.State, o.Attempts = storage.Tenant(tenant), storage.SendState(state), int(attempts)
	o.Private, o.Fleeting, o.Unsure = private != 0, fleeting != 0, unsure != 0
	o.ReplyBy, o.Created, o.NotBefore, o.Until, o.SentAt = instant(replyBy), instant(created), instant(notBefore), instant(until), instant(sentAt)
	return q, err
}

// Replies returns the replies of a case.
func (s *Store) Replies(ctx context.Context, t storage.Tenant, caseID string) ([]storage.Outgoing, error) {
	if err := checkKey("read the replies", t, named{"the case", caseID}); err != nil {
		return nil, err
	}
	var all []storage.Outgoing
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT `+outgoingColumns+` FROM outbox o WHERE o.tenant = $1 AND o.case_id = $2 AND o.case_id <> '' ORDER BY o.seq`, []any{string(t), caseID}, func(r Rows) error {
			q, err := scanOutgoing(r)
			all = append(all, q.Outgoing)
			return err
		})
	})
	return all, doing("read the replies", err)
}

// first is the condition under which no earlier row of a row's thread is still
// to be sent. One that was recorded to wait, and does at $2, is passed by.
func first(row string) string {
	return ` AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.tenant = ` + row + `.tenant AND e.channel = ` + row + `.channel AND e.thread = ` + row + `.thread
 AND e.seq < ` + row + `.seq AND e.state IN ('pending','leased') AND NOT (e.state = 'pending' AND e.attempts = 0 AND e.not_before > $2))`
}

// leaseColumns are beside those of a row what became of it while it could not be
// overwritten, for a sender had it and handed it back unsent: the reply that is to
// take its place waits behind it, and is sent in its place.
var leaseColumns = outgoingColumns + `, COALESCE((SELECT n.id` + newer + `), ''), (SELECT n.reply` + newer + `),
 CASE WHEN o.replaces <> '' AND EXISTS (SELECT 1 FROM outbox r JOIN outbox w ON w.tenant = r.tenant AND w.id = r.rewritten
 WHERE r.tenant = o.tenant AND r.id = o.replaces AND r.state = 'sent' AND r.sent_as <> '' AND w.seq >= o.seq) THEN 1 ELSE 0 END`

// The first condition on the state is that of the index of threads, which SQLite
// uses for nothing less.
const newer = ` FROM outbox n WHERE n.tenant = o.tenant AND n.channel = o.channel AND n.thread = o.thread AND n.seq > o.seq
 AND n.state IN ('pending','leased') AND n.state = 'pending' AND n.attempts = 0 AND n.replaces = o.id ORDER BY n.seq DESC LIMIT 1`

// leaseSQL picks the oldest rows of three heaps: those never tried, those to be
// tried again, and those whose lease has ended. The outer conditions are tested
// once more on a row that another sender has changed meanwhile.
var leaseSQL = `SELECT ` + leaseColumns + ` FROM outbox o WHERE o.seq IN (
 SELECT a.seq FROM (SELECT p.seq FROM outbox p WHERE p.platform = $1 AND p.state = 'pending' AND p.not_before = 0` + first("p") + ` ORDER BY p.seq LIMIT $3) a
 UNION ALL SELECT b.seq FROM (SELECT p.seq FROM outbox p WHERE p.platform = $1 AND p.state = 'pending' AND p.not_before > 0 AND p.not_before <= $2` + first("p") + ` ORDER BY p.not_before, p.seq LIMIT $3) b
 UNION ALL SELECT d.seq FROM (SELECT p.seq FROM outbox p WHERE p.platform = $1 AND p.state = 'leased' AND p.until <= $2` + first("p") + ` ORDER BY p.until LIMIT $3) d)
 AND o.platform = $1 AND (o.state = 'pending' AND o.not_before <= $2 OR o.state = 'leased' AND o.until <= $2) ORDER BY o.seq LIMIT $3 `

// Lease takes rows to send. The address of a row is left out when no key of the
// ring opens it, for such a row can still be said in another way.
func (s *Store) Lease(ctx context.Context, l storage.Lease) ([]storage.Outgoing, error) {
	if err := checkLease(l); err != nil {
		return nil, err
	}
	now, until := micros(l.Now), micros(l.Until)
	// A look first: an idle sender takes no turn of the writer.
	due := false
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) (err error) {
		var found int64
		due, err = maybe(ctx, c, `SELECT 1 WHERE EXISTS (SELECT 1 FROM outbox WHERE platform = $1 AND state = 'pending' AND not_before <= $2)
 OR EXISTS (SELECT 1 FROM outbox WHERE platform = $1 AND state = 'leased' AND until <= $2)`, []any{l.Platform, now}, &found)
		return err
	})
	if err != nil || !due {
		return nil, doing("lease", err)
	}
	var taken []queued
	err = s.e.Write(ctx, func(ctx context.Context, c Conn) error {
		taken = taken[:0]
		// A replica that is frozen in a transaction holds its rows: they wait, not we.
		over := `seq IN (SELECT seq FROM outbox WHERE platform = $1 AND state = 'leased' AND until <= $2 AND private = 1 AND fleeting = %d ` + s.e.SkipLocked() + `)`
		_, err := c.Batch(ctx, []Statement{
			{`DELETE FROM outbox WHERE ` + fmt.Sprintf(over, 1), []any{l.Platform, now}},
			{`UPDATE outbox SET state = 'lost', unsure = 1, reply_to = NULL, owner = '', until = 0 WHERE ` + fmt.Sprintf(over, 0), []any{l.Platform, now}},
		})
		if err != nil {
			return err
		}
		err = each(ctx, c, leaseSQL+s.e.SkipLocked(), []any{l.Platform, now, clip(l.Limit)}, func(r Rows) error {
			var newer string
			var late []byte
			var said int64
			q, err := scanOutgoing(r, &newer, &late, &said)
			q.newer, q.late, q.said = newer, late, said != 0
			taken = append(taken, q)
			return err
		})
		if err != nil || len(taken) == 0 {
			return err
		}
		marks := make([]Statement, len(taken))
		for i := range taken {
			o := &taken[i].Outgoing
			if taken[i].said {
				marks[i] = Statement{`UPDATE outbox SET state = 'sent', sent_as = $1, sent_at = $2, reply_to = NULL WHERE tenant = $3 AND seq = $4`,
					[]any{o.Target, now, string(o.Tenant), taken[i].seq}}
				continue
			}
			o.Unsure = o.Unsure || o.State == storage.Leased
			rewritten := ""
			if taken[i].newer != "" && !o.Unsure {
				o.Reply, rewritten = taken[i].late, taken[i].newer
			}
			o.State, o.Owner, o.Until = storage.Leased, l.Owner, instant(until)
			o.Attempts++
			marks[i] = Statement{`UPDATE outbox SET state = 'leased', owner = $1, until = $2, unsure = $3, attempts = $4 WHERE tenant = $5 AND seq = $6`,
				[]any{l.Owner, until, bit(o.Unsure), int64(o.Attempts), string(o.Tenant), taken[i].seq}}
			if rewritten != "" {
				marks = append(marks, Statement{`UPDATE outbox SET reply = $1, rewritten = $2 WHERE tenant = $3 AND seq = $4`,
					[]any{blob(o.Reply), rewritten, string(o.Tenant), taken[i].seq}})
			}
		}
		_, err = c.Batch(ctx, marks)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lease: %w", err)
	}
	some := len(taken) > 0
	taken = slices.DeleteFunc(taken, func(q queued) bool { return q.said })
	if some && len(taken) == 0 { // what waited behind those is to be had now
		return s.Lease(ctx, l)
	}
	slices.SortFunc(taken, func(a, b queued) int { return cmp.Compare(a.seq, b.seq) })
	all := make([]storage.Outgoing, len(taken))
	for i := range taken {
		all[i] = taken[i].Outgoing
		if address, err := s.k.Open(all[i].Tenant, sealedReplyTo, taken[i].sealed); err == nil {
			all[i].ReplyTo = address
		}
	}
	return all, nil
}

func checkLease(l storage.Lease) error {
	var k checker
	k.needed("the platform", l.Platform)
	k.needed("the owner", l.Owner)
	if l.Now.IsZero() || !l.Until.After(l.Now) {
		k.addf("the lease ends before it begins")
	}
	if l.Limit < 1 {
		k.addf("the limit is %d", l.Limit)
	}
	return k.err("lease")
}

// Settle writes what became of a leased row.
func (s *Store) Settle(ctx context.Context, g storage.Settlement) error {
	if err := checkSettlement(&g); err != nil {
		return err
	}
	t, at := string(g.Tenant), micros(g.At)
	var all []Statement
	if g.State == storage.Pending {
		all = []Statement{{`UPDATE outbox SET state = 'pending', not_before = $1, owner = '', until = 0, error = $2, unsure = CASE WHEN $3 = 1 THEN 1 ELSE unsure END
 WHERE tenant = $4 AND id = $5 AND owner = $6 AND state = 'leased'`, []any{micros(g.NotBefore), prose(g.Error), bit(g.Unsure), t, g.ID, g.Owner}}}
	} else {
		const leased = ` WHERE tenant = $1 AND id = $2 AND owner = $3 AND state = 'leased'`
		if g.State == storage.Sent {
			// Record locks a case before its replies, too.
			all = append(all, Statement{`UPDATE cases SET sent = CASE WHEN sent = 0 THEN $1 ELSE sent END,
 thread = CASE WHEN private = 1 AND thread = '' AND EXISTS (SELECT 1 FROM outbox o WHERE o.tenant = $2 AND o.id = $3 AND o.private = 0 AND o.channel = cases.channel) THEN $4 ELSE thread END
 WHERE tenant = $2 AND id = (SELECT o.case_id FROM outbox o WHERE o.tenant = $2 AND o.id = $3 AND o.owner = $5 AND o.state = 'leased' AND o.case_id <> '')`,
				[]any{at, t, g.ID, g.SentAs, g.Owner}})
		}
		all = append(all,
			Statement{`DELETE FROM outbox` + leased + ` AND fleeting = 1`, []any{t, g.ID, g.Owner}},
			Statement{`UPDATE outbox SET state = $1, sent_as = $2, sent_at = $3, error = $4, reply_to = NULL, owner = '', until = 0
 WHERE tenant = $5 AND id = $6 AND owner = $7 AND state = 'leased'`, []any{string(g.State), g.SentAs, sentAt(&g), prose(g.Error), t, g.ID, g.Owner}})
	}
	err := s.e.Write(ctx, func(ctx context.Context, c Conn) error {
		changed, err := c.Batch(ctx, all)
		if err != nil {
			return err
		}
		// Of the case there may be nothing to write; of the row there must be.
		settled := changed[len(changed)-1]
		if g.State != storage.Pending {
			settled += changed[len(changed)-2]
		}
		if settled == 0 {
			return storage.ErrConflict
		}
		return nil
	})
	return doing("settle "+g.ID, err)
}

func sentAt(g *storage.Settlement) int64 {
	if g.State != storage.Sent {
		return 0
	}
	return micros(g.At)
}

func checkSettlement(g *storage.Settlement) error {
	var k checker
	k.tenant(g.Tenant)
	k.needed("the row's id", g.ID)
	k.needed("the owner", g.Owner)
	k.id("what it was sent as", g.SentAs)
	k.size("the error", len(g.Error), MaxTitle)
	switch g.State {
	case storage.Sent, storage.Failed, storage.Lost, storage.Pending:
	default:
		k.addf("a row cannot be settled as %q", g.State)
	}
	return k.err("settle")
}

// Backlog tells how much of a platform is still to be sent.
func (s *Store) Backlog(ctx context.Context, platform string) (storage.Backlog, error) {
	var b storage.Backlog
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		var oldest int64
		err := one(ctx, c, `SELECT COUNT(*), COALESCE(MIN(u.created), 0) FROM (
 SELECT created FROM outbox WHERE platform = $1 AND state = 'pending' UNION ALL SELECT created FROM outbox WHERE platform = $1 AND state = 'leased') u`,
			[]any{platform}, &b.Rows, &oldest)
		b.Oldest = instant(oldest)
		return err
	})
	if err != nil {
		return storage.Backlog{}, fmt.Errorf("read the backlog of %s: %w", platform, err)
	}
	return b, nil
}
