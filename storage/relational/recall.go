package relational

import (
	"context"
	"fmt"

	"authfix/storage"
)

const messageColumns = `channel, key, thread, author, revision, asked, spoken, deleted, case_id, at, version`

const caseColumns = `id, channel, thread, author, private, asked, state, verdict, failure_mode, mode_version, base, fingerprint,
 title, excerpt, answers, swept, received, decided, sent, first_human, resolved_at, updated, version`

const settingColumns = `channel, data, set_by, at, version`

// Recall reads what is known of a message that has arrived.
func (s *Store) Recall(ctx context.Context, q storage.Query) (storage.Memory, error) {
	var k checker
	k.tenant(q.Tenant)
	k.ids(named{"the delivery", q.Delivery}, named{"the channel", q.Channel}, named{"the message", q.Message}, named{"the thread", q.Thread}, named{"the case", q.Case})
	k.count("secrets", len(q.Secrets), MaxWarned)
	for _, mac := range q.Secrets {
		checkMAC(&k, mac)
	}
	if err := k.err("recall"); err != nil {
		return storage.Memory{}, err
	}
	var m storage.Memory
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		m = storage.Memory{} // f may be run more than once
		return recall(ctx, c, q, &m)
	})
	if err != nil {
		return storage.Memory{}, fmt.Errorf("recall: %w", err)
	}
	return m, nil
}

func recall(ctx context.Context, c Conn, q storage.Query, m *storage.Memory) error {
	t := string(q.Tenant)
	if q.Delivery != "" {
		var d storage.Delivery
		var received, decided int64
		found, err := maybe(ctx, c, `SELECT id, received, decided, decision, ack, type, size, error FROM deliveries WHERE tenant = $1 AND id = $2`,
			[]any{t, q.Delivery}, &d.ID, &received, &decided, &d.Decision, &d.Ack, &d.Type, &d.Size, &d.Error)
		if err != nil {
			return err
		}
		if found {
			d.Received, d.Decided = instant(received), instant(decided)
			m.Delivery = &d
		}
	}
	if q.Message != "" {
		err := each(ctx, c, `SELECT `+messageColumns+` FROM messages WHERE tenant = $1 AND channel = $2 AND key = $3`, []any{t, q.Channel, q.Message}, func(r Rows) error {
			g, err := scanMessage(r)
			m.Message = &g
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := recallCase(ctx, c, q, m); err != nil {
		return err
	}
	if m.Case != nil {
		var err error
		if m.Observations, err = observations(ctx, c, t, m.Case.ID); err != nil {
			return err
		}
	}
	// The channel's own settings come before the tenant's, whose channel is "".
	err := each(ctx, c, `SELECT `+settingColumns+` FROM settings WHERE tenant = $1 AND channel IN ($2, '') ORDER BY channel DESC LIMIT 1`, []any{t, q.Channel}, func(r Rows) error {
		g, err := scanSetting(r)
		m.Policy = &g
		return err
	})
	if err != nil {
		return err
	}
	for _, mac := range q.Secrets {
		var found int64
		ok, err := maybe(ctx, c, `SELECT 1 FROM warned WHERE tenant = $1 AND mac = $2`, []any{t, mac}, &found)
		if err != nil {
			return err
		}
		if ok {
			m.Warned = append(m.Warned, mac)
		}
	}
	return nil
}

// recallCase finds the case that a message is of: the one that the delivery
// names, else that of the thread, else that of the message, else the newest one
// of a direct conversation.
func recallCase(ctx context.Context, c Conn, q storage.Query, m *storage.Memory) error {
	where, args := "", []any(nil)
	switch {
	case q.Case != "":
		where, args = `id = $2`, []any{string(q.Tenant), q.Case}
	case q.Thread != "":
		where, args = `channel = $2 AND thread = $3 ORDER BY received DESC, seq DESC LIMIT 1`, []any{string(q.Tenant), q.Channel, q.Thread}
	case m.Message != nil && m.Message.Case != "":
		where, args = `id = $2`, []any{string(q.Tenant), m.Message.Case}
	case q.Direct:
		where, args = `channel = $2 AND thread = '' ORDER BY received DESC, seq DESC LIMIT 1`, []any{string(q.Tenant), q.Channel}
	default:
		return nil
	}
	return each(ctx, c, `SELECT `+caseColumns+` FROM cases WHERE tenant = $1 AND `+where, args, func(r Rows) error {
		found, err := scanCase(r, q.Tenant)
		m.Case = &found
		return err
	})
}

// observations returns the newest observations of a case, oldest first.
func observations(ctx context.Context, c Conn, t, caseID string) ([]storage.Observation, error) {
	var all []storage.Observation
	err := each(ctx, c, `SELECT message, author, revision, at, data FROM observations WHERE tenant = $1 AND case_id = $2 ORDER BY at DESC, seq DESC LIMIT $3`,
		[]any{t, caseID, int64(storage.MaxObservations)}, func(r Rows) error {
			var o storage.Observation
			var at int64
			if err := r.Scan(&o.Message, &o.Author, &o.Revision, &at, &o.Data); err != nil {
				return err
			}
			o.At = instant(at)
			all = append(all, o)
			return nil
		})
	if err != nil {
		return nil, err
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, nil
}

// Case returns a case.
func (s *Store) Case(ctx context.Context, t storage.Tenant, id string) (storage.Case, error) {
	if err := checkKey("read a case", t, named{"its id", id}); err != nil {
		return storage.Case{}, err
	}
	all, err := s.cases(ctx, t, `id = $2`, id)
	if err == nil && len(all) == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		return storage.Case{}, fmt.Errorf("read case %s: %w", id, err)
	}
	return all[0], nil
}

// cases returns the cases of a tenant that a condition picks; its arguments
// begin with $2.
func (s *Store) cases(ctx context.Context, t storage.Tenant, where string, args ...any) ([]storage.Case, error) {
	var all []storage.Case
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT `+caseColumns+` FROM cases WHERE tenant = $1 AND `+where, append([]any{string(t)}, args...), func(r Rows) error {
			found, err := scanCase(r, t)
			all = append(all, found)
			return err
		})
	})
	return all, err
}

// Policy returns the settings of a channel.
func (s *Store) Policy(ctx context.Context, t storage.Tenant, channel string) (storage.Setting, error) {
	if err := checkKey("read a policy", t, named{"the channel", channel}); err != nil {
		return storage.Setting{}, err
	}
	all, err := s.settings(ctx, t, ` AND channel = $2`, channel)
	if err == nil && len(all) == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		return storage.Setting{}, fmt.Errorf("read the policy of %q: %w", channel, err)
	}
	return all[0], nil
}

// Policies returns the settings of all channels of a tenant.
func (s *Store) Policies(ctx context.Context, t storage.Tenant) ([]storage.Setting, error) {
	if err := checkKey("read the policies", t); err != nil {
		return nil, err
	}
	all, err := s.settings(ctx, t, "")
	return all, doing("read the policies", err)
}

func (s *Store) settings(ctx context.Context, t storage.Tenant, where string, args ...any) ([]storage.Setting, error) {
	var all []storage.Setting
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT `+settingColumns+` FROM settings WHERE tenant = $1`+where+` ORDER BY channel`, append([]any{string(t)}, args...), func(r Rows) error {
			g, err := scanSetting(r)
			all = append(all, g)
			return err
		})
	})
	return all, err
}

func scanMessage(r Rows) (storage.Message, error) {
	var m storage.Message
	var asked, spoken, deleted, at int64
	err := r.Scan(&m.Channel, &m.Key, &m.Thread, &m.Author, &m.Revision, &asked, &spoken, &deleted, &m.Case, &at, &m.Version)
	m.Asked, m.Spoken, m.Deleted, m.At = asked != 0, spoken != 0, deleted != 0, instant(at)
	return m, err
}

func scanCase(r Rows, t storage.Tenant) (storage.Case, error) {
	c := storage.Case{Tenant: t}
	var state, answers string
	var private, asked, mode, swept, received, decided, sent, human, resolved, updated int64
	err := r.Scan(&c.ID, &c.Channel, &c.Thread, &c.Author, &private, &asked, &state, &c.Verdict, &c.FailureMode, &mode, &c.Base, &c.Fingerprint,
		&c.Title, &c.Excerpt, &answers, &swept, &received, &decided, &sent, &human, &resolved, &updated, &c.Version)
	if err != nil {
		return c, err
	}
	c.Private, c.Asked, c.Swept, c.State, c.ModeVersion = private != 0, asked != 0, swept != 0, storage.State(state), int(mode)
	c.Received, c.Decided, c.Sent = instant(received), instant(decided), instant(sent)
	c.FirstHuman, c.ResolvedAt, c.Updated = instant(human), instant(resolved), instant(updated)
	c.Answers, err = decodeAnswers(answers)
	return c, err
}

func scanSetting(r Rows) (storage.Setting, error) {
	var g storage.Setting
	var at int64
	err := r.Scan(&g.Channel, &g.Data, &g.By, &at, &g.Version)
	g.At = instant(at)
	return g, err
}
