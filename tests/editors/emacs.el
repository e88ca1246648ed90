;;; emacs.el --- Repair a file through eglot, as a user would  -*- lexical-binding: t; -*-

;; Started by test_editors.py with AUTOFIX_FILE, AUTOFIX_COMMAND and AUTOFIX_STEPS, the file for what was seen.

(require 'autofix)
(require 'flymake)
(require 'json)

(defvar seen nil "What was seen, as an alist, latest first.")

(defun write-down ()
  (with-temp-file (getenv "AUTOFIX_STEPS") (insert (json-encode (reverse seen)))))

(defun give-up (what)
  (push `(missing . ,what) seen)
  (write-down)
  (kill-emacs 1))

(defun wait-for (seconds condition)
  "Handle the server's messages until CONDITION holds or SECONDS have passed."
  (let ((end (+ (float-time) seconds)))
    (while (and (not (funcall condition)) (< (float-time) end))
      (accept-process-output nil 0.02))
    (funcall condition)))

(defun expect (what condition)
  (unless (wait-for 30 condition) (give-up what)))

(defun shown ()
  (vconcat
   (mapcar (lambda (one)
             `((line . ,(line-number-at-pos (flymake-diagnostic-beg one)))
               (column . ,(save-excursion (goto-char (flymake-diagnostic-beg one)) (current-column)))
               (severity . ,(format "%s" (flymake-diagnostic-type one)))
               (message . ,(flymake-diagnostic-text one))))
           (flymake-diagnostics))))

;; Functions of the C code are replaced below; that must not start a compiler.
(setq native-comp-enable-subr-trampolines nil
      create-lockfiles nil
      make-backup-files nil
      eglot-sync-connect t
      autofix-command (split-string (getenv "AUTOFIX_COMMAND")))
(push `(version . ,emacs-version) seen)

(find-file (getenv "AUTOFIX_FILE"))
(autofix)
(run-hooks 'post-command-hook) ; Where eglot-ensure does its work in a session with a keyboard.
(expect "a server" #'eglot-current-server)
(flymake-start)

;; Nothing may run before the folder is trusted.
(wait-for 1.5 (lambda () (> (length (shown)) 0)))
(push `(before_trust . ,(shown)) seen)

(autofix-trust)
(expect "the diagnostic" (lambda () (> (length (shown)) 0)))
(push `(fault . ,(shown)) seen)

(defun modified ()
  (seq-some (lambda (buffer) (and (buffer-file-name buffer) (buffer-modified-p buffer))) (buffer-list)))

(let ((fault (car (flymake-diagnostics))))
  (goto-char (flymake-diagnostic-beg fault))
  (push `(titles . ,(vconcat (mapcar (lambda (action) (plist-get action :title))
                                     (append (eglot-code-actions (point) (flymake-diagnostic-end fault) "quickfix") nil))))
        seen)
  ;; What is offered first is what a user gets who presses return.
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_prompt choices &rest rest) (or (nth 4 rest) (caar choices))))
            ;; Asked before a file is changed that is not open.
            ((symbol-function 'y-or-n-p) #'always))
    (let ((last-nonmenu-event ?\r))
      (eglot-code-actions (point) (flymake-diagnostic-end fault) "quickfix" t)))
  (expect "the edit" #'modified))

(save-some-buffers t)
(save-buffer)
(expect "the diagnostic to go" (lambda () (= (length (shown)) 0)))
(push `(after . ,(shown)) seen)
(write-down)
(eglot-shutdown (eglot-current-server))
(kill-emacs 0)
;;; emacs.el ends here
