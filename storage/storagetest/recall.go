package storagetest

import (
	"testing"
	"time"

	"authfix/storage"
)

func recall(t *testing.T, d *database) {
	s := d.store(t)
	if m := got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Delivery: "d", Channel: "C1", Message: "m", Thread: "th", Case: "c", Direct: true, Secrets: [][]byte{{1}}}))(t); m.Delivery != nil ||
		m.Message != nil || m.Case != nil || m.Policy != nil || len(m.Observations)+len(m.Warned) > 0 {
		t.Errorf("an empty database recalls %+v", m)
	}
	put := func(name, channel, thread string, private bool, when time.Duration) {
		t.Helper()
		r := Full(tenant, name)
		r.Message.Channel, r.Message.Thread = channel, thread
		r.Case.Channel, r.Case.Thread, r.Case.Private, r.Case.Received = channel, thread, private, at(when)
		r.Setting, r.Outgoing = nil, nil
		write(t, s, r)
	}
	put("root", "C1", "message-root", false, 0)
	put("later", "C1", "message-root", false, time.Second) // another case of that thread
	put("elsewhere", "C2", "message-root", false, time.Minute)
	put("private", "C1", "", true, time.Hour)
	put("direct-1", "D1", "", false, time.Second)
	put("direct-2", "D1", "", false, 2*time.Second)
	put("direct-0", "D1", "", false, 0)
	for _, test := range []struct {
		name string
		q    storage.Query
		want string
	}{
		{"the newest of a thread", storage.Query{Channel: "C1", Message: "new", Thread: "message-root"}, "case-later"},
		{"of a thread in another channel", storage.Query{Channel: "C2", Thread: "message-root"}, "case-elsewhere"},
		{"of an unknown thread", storage.Query{Channel: "C1", Thread: "unknown"}, ""},
		{"of an unknown channel", storage.Query{Channel: "C3", Thread: "message-root"}, ""},
		{"of the message", storage.Query{Channel: "C1", Message: "message-root"}, "case-root"},
		{"of an unknown message", storage.Query{Channel: "C1", Message: "new"}, ""},
		{"of no message", storage.Query{Channel: "C1"}, ""},
		{"named", storage.Query{Channel: "C1", Thread: "message-root", Case: "case-private"}, "case-private"},
		{"named and unknown", storage.Query{Channel: "C1", Thread: "message-root", Case: "unknown"}, ""},
		{"the newest of a conversation", storage.Query{Channel: "D1", Message: "new", Direct: true}, "case-direct-2"},
		{"of a conversation without cases", storage.Query{Channel: "D2", Direct: true}, ""},
	} {
		test.q.Tenant = tenant
		m := got(s.Recall(t.Context(), test.q))(t)
		id := ""
		if m.Case != nil {
			id = m.Case.ID
			if len(m.Observations) != 1 {
				t.Errorf("%s: %d observations", test.name, len(m.Observations))
			}
		}
		if id != test.want {
			t.Errorf("the case %s is %q, want %q", test.name, id, test.want)
		}
	}
	if _, err := s.Recall(t.Context(), storage.Query{Delivery: "d"}); err == nil {
		t.Error("recalled without a tenant")
	}
	_, err := s.Case(t.Context(), tenant, "unknown")
	wantErr(t, "an unknown case", err, storage.ErrNotFound)
}

func policies(t *testing.T, d *database) {
	s := d.store(t)
	_, err := s.Policy(t.Context(), tenant, "")
	wantErr(t, "an unknown policy", err, storage.ErrNotFound)
	set := func(channel, data string) {
		t.Helper()
		write(t, s, &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: "set " + channel, Received: start},
			Setting: &storage.Setting{Channel: channel, Data: []byte(data), By: "admin", At: start}})
	}
	policy := func(channel string) string {
		t.Helper()
		if m := got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Channel: channel}))(t); m.Policy != nil {
			return string(m.Policy.Data)
		}
		return ""
	}
	set("C2", "of C2")
	if p := policy("C1"); p != "" {
		t.Errorf("the policy of a channel without one is %q", p)
	}
	set("", "of all")
	for channel, want := range map[string]string{"C1": "of all", "C2": "of C2", "": "of all"} {
		if p := policy(channel); p != want {
			t.Errorf("the policy of %q is %q, want %q", channel, p, want)
		}
	}
	all := got(s.Policies(t.Context(), tenant))(t)
	if len(all) != 2 || all[0].Channel != "" || all[1].Channel != "C2" || all[1].By != "admin" || !all[1].At.Equal(start) {
		t.Errorf("the policies are %+v", all)
	}
	_, err = s.Policy(t.Context(), tenant, "C1")
	wantErr(t, "the policy of a channel without its own", err, storage.ErrNotFound)
}
