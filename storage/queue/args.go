package queue

import (
	"encoding/json"

	"authfix/storage"
)

// args is what River keeps of a job. There is one kind for River, so that it
// hands out also those that this build does not know.
type args struct {
	JobKind string `json:"kind"`
	Version int    `json:"version"`
	Tenant  string `json:"tenant,omitempty"`
	Case    string `json:"case,omitempty"`
	Message string `json:"message,omitempty"`
	File    string `json:"file,omitempty"`

	strange bool // written by a build that knows another form
}

func (args) Kind() string { return "job" }

// UnmarshalJSON never fails: what cannot be read is a job to be parked, and
// River would count an attempt of it.
func (a *args) UnmarshalJSON(b []byte) error {
	type plain args
	var p plain
	if err := json.Unmarshal(b, &p); err != nil || p.JobKind == "" {
		*a = args{strange: true}
		return nil
	}
	*a = args(p)
	return nil
}

func toArgs(j storage.Job) args {
	return args{JobKind: j.Kind, Version: j.Version, Tenant: string(j.Tenant), Case: j.Case, Message: j.Message, File: j.File}
}

func (a args) job() storage.Job {
	return storage.Job{Kind: a.JobKind, Version: a.Version, Tenant: storage.Tenant(a.Tenant), Case: a.Case, Message: a.Message, File: a.File}
}
