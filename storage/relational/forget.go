package relational

import (
	"context"
	"fmt"
	"slices"

	"authfix/storage"
)

// A remembered is a message that is to be forgotten, or a case's part in it.
type remembered struct {
	channel, key string
}

// Forget deletes what is stored of a message or a person, in one transaction,
// and then the bytes of it.
//
// A case goes as a whole when it was brought by the person, or when nothing that
// anyone else contributed is left of it. Of another case in which they took
// part, whatever may quote them goes: their observations, the excerpt, the
// answers, the replies. Entries of the audit, settings and documents stay
// without the name. That a delivery was recorded stays, without what it was
// answered, so that a repetition brings nothing back.
func (s *Store) Forget(ctx context.Context, f storage.Forgotten) (int64, error) {
	if err := checkForgotten(&f); err != nil {
		return 0, err
	}
	var gone int64
	err := s.e.Write(ctx, func(ctx context.Context, c Conn) (err error) {
		if f.Person != "" {
			gone, err = forgetPerson(ctx, c, string(f.Tenant), f.Person)
		} else {
			gone, err = forgetMessage(ctx, c, string(f.Tenant), f.Channel, f.Message, f.Case)
		}
		if err != nil || f.Audit.Action == "" {
			return err
		}
		a := auditStep(string(f.Tenant), &f.Audit)
		_, err = c.Exec(ctx, a.SQL, a.Args...)
		return err
	})
	if err == nil {
		err = s.e.Purge(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("forget: %w", err)
	}
	return gone, nil
}

func checkForgotten(f *storage.Forgotten) error {
	var k checker
	k.tenant(f.Tenant)
	k.ids(named{"the channel", f.Channel}, named{"the message", f.Message}, named{"the case", f.Case}, named{"the person", f.Person})
	switch {
	case f.Person == "" && (f.Channel == "" || f.Message == ""):
		k.addf("neither a person nor a message with its channel is named")
	case f.Person != "" && f.Message != "":
		k.addf("both a person and a message are named")
	}
	if f.Audit != (storage.Audit{}) {
		checkAudit(&k, &f.Audit)
		if f.Person != "" && f.Audit.Actor == f.Person {
			k.addf("the audit names the person who is forgotten")
		}
	}
	return k.err("forget")
}

func forgetMessage(ctx context.Context, c Conn, t, channel, key, caseID string) (int64, error) {
	// A message may be known by its row, or only as the root of a case.
	cases, err := texts(ctx, c, `SELECT case_id FROM messages WHERE tenant = $1 AND channel = $2 AND key = $3 AND case_id <> ''
 UNION SELECT id FROM cases WHERE tenant = $1 AND channel = $2 AND thread = $3`, t, channel, key)
	if err != nil {
		return 0, err
	}
	if caseID != "" && !slices.Contains(cases, caseID) {
		cases = append(cases, caseID)
	}
	at := []any{t, channel, key}
	all := []Statement{
		{`DELETE FROM messages WHERE tenant = $1 AND channel = $2 AND key = $3`, at},
		{`DELETE FROM outbox WHERE tenant = $1 AND channel = $2 AND message = $3 AND message <> '' AND case_id = ''`, at},
		{`UPDATE unrecognised SET excerpt = '', from_channel = '', from_message = '', from_person = '' WHERE tenant = $1 AND from_channel = $2 AND from_message = $3`, at},
		{`DELETE FROM warned WHERE tenant = $1 AND channel = $2 AND message = $3`, at},
		{`UPDATE deliveries SET ack = NULL, error = '', channel = '', message = '', person = '' WHERE tenant = $1 AND channel = $2 AND message = $3 AND message <> ''`, at},
	}
	for _, id := range cases {
		all = append(all, Statement{`DELETE FROM observations WHERE tenant = $1 AND case_id = $2 AND message = $3`, []any{t, id, key}})
		all = append(all, Statement{`DELETE FROM outbox WHERE tenant = $1 AND case_id = $2 AND case_id <> ''`, []any{t, id}})
	}
	gone, err := total(c.Batch(ctx, all))
	if err != nil {
		return 0, err
	}
	more, err := forgetCases(ctx, c, t, cases, nil)
	return gone + more, err
}

func forgetPerson(ctx context.Context, c Conn, t, person string) (int64, error) {
	own, err := texts(ctx, c, `SELECT id FROM cases WHERE tenant = $1 AND author = $2`, t, person)
	if err != nil {
		return 0, err
	}
	others, err := texts(ctx, c, `SELECT case_id FROM observations WHERE tenant = $1 AND author = $2 AND guest = 1
 UNION SELECT case_id FROM messages WHERE tenant = $1 AND author = $2 AND guest = 1 AND case_id <> ''
 UNION SELECT case_id FROM votes WHERE tenant = $1 AND person = $2
 UNION SELECT case_id FROM outbox WHERE tenant = $1 AND person = $2 AND person <> '' AND case_id <> ''`, t, person)
	if err != nil {
		return 0, err
	}
	var all []Statement
	// Replies of no case that answer the person's messages.
	err = each(ctx, c, `SELECT channel, key FROM messages WHERE tenant = $1 AND author = $2 AND guest = 1 AND case_id = ''`, []any{t, person}, func(r Rows) error {
		var m remembered
		err := r.Scan(&m.channel, &m.key)
		all = append(all, Statement{`DELETE FROM outbox WHERE tenant = $1 AND channel = $2 AND message = $3 AND message <> '' AND case_id = ''`, []any{t, m.channel, m.key}})
		return err
	})
	if err != nil {
		return 0, err
	}
	of := []any{t, person}
	all = append(all,
		Statement{`DELETE FROM messages WHERE tenant = $1 AND author = $2 AND guest = 1`, of},
		Statement{`DELETE FROM outbox WHERE tenant = $1 AND person = $2 AND person <> ''`, of},
		Statement{`DELETE FROM observations WHERE tenant = $1 AND author = $2 AND guest = 1`, of},
		Statement{`DELETE FROM votes WHERE tenant = $1 AND person = $2`, of},
		Statement{`UPDATE unrecognised SET excerpt = '', from_channel = '', from_message = '', from_person = '' WHERE tenant = $1 AND from_person = $2`, of},
		Statement{`DELETE FROM warned WHERE tenant = $1 AND person = $2`, of},
		Statement{`UPDATE deliveries SET ack = NULL, error = '', channel = '', message = '', person = '' WHERE tenant = $1 AND person = $2 AND person <> ''`, of},
		Statement{`UPDATE audits SET actor = '' WHERE tenant = $1 AND actor = $2`, of},
		Statement{`UPDATE audits SET subject = '' WHERE tenant = $1 AND subject = $2`, of},
		Statement{`UPDATE audits SET detail = '' WHERE tenant = $1 AND detail <> replace(detail, $2, '')`, of},
		Statement{`UPDATE settings SET set_by = '' WHERE tenant = $1 AND set_by = $2`, of},
		Statement{`UPDATE documents SET written_by = '' WHERE tenant = $1 AND written_by = $2`, of},
	)
	for _, id := range others {
		all = append(all, Statement{`DELETE FROM outbox WHERE tenant = $1 AND case_id = $2 AND case_id <> ''`, []any{t, id}})
	}
	gone, err := total(c.Batch(ctx, all))
	if err != nil {
		return 0, err
	}
	more, err := forgetCases(ctx, c, t, others, own)
	return gone + more, err
}

// forgetCases drops the cases that are whole to be forgotten, and of the touched
// ones those of which no observation is left; the others lose what may quote
// what is forgotten. Messages of other people stay known without their case, so
// that they are not taken for new ones.
func forgetCases(ctx context.Context, c Conn, t string, touched, whole []string) (int64, error) {
	var gone int64
	var all []Statement
	drop := func(id string, whole bool) {
		// Of a case that is whole to be forgotten, what its author said goes, too:
		// dropCase deletes what is left of the case's messages.
		which := ``
		if whole {
			which = ` AND guest = 1`
		}
		all = append(all, Statement{`UPDATE messages SET case_id = '', guest = 1, version = version + 1 WHERE tenant = $1 AND case_id = $2 AND case_id <> ''` + which, []any{t, id}})
		for _, d := range dropCase(t, id) {
			all = append(all, d.Statement)
		}
	}
	done := map[string]bool{}
	for _, id := range whole {
		done[id] = true
		drop(id, true)
	}
	for _, id := range touched {
		if done[id] {
			continue
		}
		var left int64
		found, err := maybe(ctx, c, `SELECT 1 WHERE EXISTS (SELECT 1 FROM observations WHERE tenant = $1 AND case_id = $2)`, []any{t, id}, &left)
		if err != nil {
			return 0, err
		}
		if !found {
			drop(id, false)
			continue
		}
		n, err := c.Exec(ctx, `UPDATE cases SET excerpt = '', answers = '', version = version + 1 WHERE tenant = $1 AND id = $2`, t, id)
		if err != nil {
			return 0, err
		}
		gone += n
	}
	n, err := total(c.Batch(ctx, all))
	return gone + n, err
}

// texts runs a query of one column.
func texts(ctx context.Context, c Conn, sql string, args ...any) ([]string, error) {
	var all []string
	err := each(ctx, c, sql, args, func(r Rows) error {
		var v string
		err := r.Scan(&v)
		all = append(all, v)
		return err
	})
	return all, err
}

func total(changed []int64, err error) (int64, error) {
	var n int64
	for _, c := range changed {
		n += c
	}
	return n, err
}
