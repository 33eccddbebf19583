package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"authfix/bot"
	"authfix/bot/outbound"
)

var _ bot.Fetcher = (*Platform)(nil)

// A fileInfo is what Slack says of a file.
// https://docs.slack.dev/reference/objects/file-object
type fileInfo struct {
	Mode     string `json:"mode"`
	Type     string `json:"mimetype"`
	External bool   `json:"is_external"`
	Access   string `json:"file_access"`
	Private  string `json:"url_private"`
	Download string `json:"url_private_download"`
}

// Open implements [bot.Fetcher]. It asks Slack about the file first: a message
// may hold nothing but its id, as in a shared channel. A file that lies outside
// of Slack is refused, for the token would go there.
func (p *Platform) Open(ctx context.Context, t bot.Tenant, f bot.File) (io.ReadCloser, error) {
	var got struct {
		File fileInfo `json:"file"`
	}
	if err := p.spaces.call(ctx, t, "files.info", url.Values{"file": {f.ID}}, &got); err != nil {
		return nil, fmt.Errorf("ask about a file: %w", repeatableError(err))
	}
	from, err := p.fileAddress(&got.File)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, bot.ErrPermanent)
	}
	me, err := p.spaces.of(ctx, t)
	if err != nil {
		return nil, err
	}
	body, err := p.api.download(ctx, me.Token, from, got.File.Type)
	if err != nil {
		return nil, fmt.Errorf("download a file: %w", repeatableError(err))
	}
	return body, nil
}

// fileAddress is where the content of a file is.
func (p *Platform) fileAddress(f *fileInfo) (*url.URL, error) {
	switch {
	case f.External || f.Mode == "external" || f.Mode == "remote":
		return nil, errors.New("the file lies outside of Slack")
	case f.Mode == "tombstone" || f.Mode == "hidden_by_limit" || f.Access == "file_not_found" || f.Access == "access_denied":
		return nil, errors.New("the file is gone")
	}
	address := f.Download
	if address == "" {
		address = f.Private
	}
	u, err := url.Parse(address)
	if address == "" || err != nil {
		return nil, errors.New("the file has no address")
	}
	if u.User != nil || !(u.Scheme == "https" && slackHost(u.Hostname()) || p.api.sameHost(u)) {
		return nil, errors.New("the file lies outside of Slack")
	}
	return u, nil
}

// fileMethod stands for the address of a file in errors.
const fileMethod = "file"

// download opens a file. A file that the token may read is served without a
// redirect; one that it may not leads to a page for signing in.
func (a *api) download(ctx context.Context, token string, from *url.URL, kind string) (io.ReadCloser, error) {
	header := http.Header{"Authorization": {"Bearer " + token}}
	body, err := outbound.Download(ctx, a.web, from, header, func(w *http.Response) error { return fileAnswer(w, kind) })
	var e *callError
	if err != nil && !errors.As(err, &e) {
		err = &callError{method: fileMethod, cause: err}
	}
	return body, err
}

// fileAnswer says what is wrong with an answer that should be a file.
func fileAnswer(w *http.Response, kind string) error {
	e := &callError{method: fileMethod, status: w.StatusCode, after: retryAfter(w.Header)}
	switch {
	case w.StatusCode >= 300 && w.StatusCode < 400:
		e.word = "sign_in_page"
		return e
	case w.StatusCode == http.StatusTooManyRequests, w.StatusCode >= 500:
		return e
	case w.StatusCode != http.StatusOK:
		e.word = "no_access"
		return e
	}
	got, _, _ := mime.ParseMediaType(w.Header.Get("Content-Type"))
	if got == "text/html" && !strings.HasPrefix(kind, "text/html") {
		e.word = "sign_in_page"
		return e
	}
	return nil
}
