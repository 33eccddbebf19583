package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// readArgs reads arguments from the query, a form or JSON. Objects are kept as
// JSON.
func readArgs(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	args := map[string]string{}
	add := func(v url.Values) {
		for k := range v {
			args[k] = v.Get(k)
		}
	}
	add(r.URL.Query())
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return args, refuse("request_timeout")
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		return args, jsonArgs(args, body)
	case "multipart/form-data":
		r.Body = io.NopCloser(bytes.NewReader(body))
		if params["boundary"] == "" || r.ParseMultipartForm(maxBody) != nil {
			return args, refuse("invalid_form_data")
		}
		add(r.MultipartForm.Value)
		return args, nil
	case "application/x-www-form-urlencoded", "":
		v, err := url.ParseQuery(string(body))
		if err != nil {
			return args, refuse("invalid_form_data")
		}
		add(v)
		return args, nil
	}
	return args, refuse("invalid_post_type")
}

func jsonArgs(args map[string]string, body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		var other any
		if json.Unmarshal(body, &other) == nil {
			return refuse("json_not_object")
		}
		return refuse("invalid_json")
	}
	for k, v := range raw {
		var text string
		if json.Unmarshal(v, &text) == nil {
			if string(v) != "null" {
				args[k] = text
			}
			continue
		}
		args[k] = string(v)
	}
	return nil
}

// authorization finds the token and the client's credentials.
func (c *call) authorization(r *http.Request) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.bearer = token
	} else if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		c.bearer = c.Args["token"]
	}
	c.basic[0], c.basic[1], _ = r.BasicAuth()
	delete(c.Args, "token")
}

func (c *call) flag(name string) bool {
	v := c.Args[name]
	return v == "true" || v == "1"
}

// off reports whether the argument says no.
func (c *call) off(name string) bool {
	v := c.Args[name]
	return v == "false" || v == "0"
}

// number is an argument between least and most.
func (c *call) number(name string, usual, least, most int) (int, error) {
	v := c.Args[name]
	if v == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return 0, refuse("invalid_" + name)
	}
	return n, nil
}

// required checks that arguments are there.
func (c *call) required(names ...string) error {
	for _, n := range names {
		if c.Args[n] == "" {
			return &apiError{code: "invalid_arguments", messages: []string{fmt.Sprintf("[ERROR] missing required field: %s", n)}}
		}
	}
	return nil
}

// decode reads an argument that is JSON.
func (c *call) decode(name string, to any) error {
	if err := json.Unmarshal([]byte(c.Args[name]), to); err != nil {
		return &apiError{code: "invalid_arguments", messages: []string{"[ERROR] " + name + " is not of the expected form"}}
	}
	return nil
}
