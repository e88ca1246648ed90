;;; autofix.el --- Shape errors of PyTorch models, with eglot  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "26.3") (eglot "1.9"))

;;; Commentary:

;; Eglot runs one server for a buffer.  After (require 'autofix), `M-x autofix' runs this one in the current buffer and
;; in the other Python files of the project; `M-x eglot-shutdown' ends it.  To have it always:
;;
;;   (add-hook 'python-mode-hook #'autofix)
;;
;; A model runs only in a folder that you trust: `M-x autofix-trust', or `autofix-trusted' for all that you open.

;;; Code:

(require 'eglot)

(defgroup autofix nil "Shape errors of PyTorch models." :group 'tools)

(defcustom autofix-command '("autofix" "lsp")
  "The command that starts the language server."
  :type '(repeat string))

(defcustom autofix-trusted nil
  "Folders whose models may be run without asking, as a list of names."
  :type '(repeat directory)
  :risky t) ; No file-local variable may say it.

(defcustom autofix-settings '(:run "onSave")
  "Settings of the server as a property list; docs/lsp.md names them."
  :type 'plist)

(defclass autofix-server (eglot-lsp-server) ()
  :documentation "The language server of autofix.")

(cl-defmethod eglot-initialization-options ((_server autofix-server))
  "What the server is told when it starts."
  `(:settings ,autofix-settings
    ,@(when autofix-trusted `(:trusted ,(apply #'vector autofix-trusted)))))

;;;###autoload
(defun autofix ()
  "Run the language server of autofix for the current buffer and its project."
  (interactive)
  (setq-local eglot-server-programs
              `(((python-mode python-ts-mode) . (autofix-server ,@autofix-command))))
  (eglot-ensure))

(defun autofix--ask (command &rest arguments)
  "Ask the server to do COMMAND with ARGUMENTS; show and return its answer."
  (let ((answer (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                                 `(:command ,command :arguments ,(apply #'vector arguments)))))
    (message "autofix: %s" (if (consp answer) (plist-get answer :message) (or answer "done")))
    answer))

(defun autofix--uri ()
  "The current file as the server knows it."
  (plist-get (eglot--TextDocumentIdentifier) :uri))

(defun autofix-trust ()
  "Allow models of this folder to be run, here and in later sessions."
  (interactive)
  (autofix--ask "autofix.trust" (autofix--uri)))

(defun autofix-untrust ()
  "Take back `autofix-trust'."
  (interactive)
  (autofix--ask "autofix.untrust" (autofix--uri)))

(defun autofix-check ()
  "Run the model of the current file now."
  (interactive)
  (autofix--ask "autofix.runCheck" (autofix--uri)))

(defun autofix-sample (shape)
  "Write the comment that makes SHAPE the sample of the current file; empty: the shape that is used now."
  (interactive "sSample shape (64,3,32,32): ")
  (apply #'autofix--ask "autofix.setSampleShape" (autofix--uri) (unless (string-empty-p shape) (list shape))))

(defun autofix-explain (code)
  "Show the documentation of the rule CODE."
  (interactive "sCode of a rule (AF101): ")
  (autofix--ask "autofix.explain" code))

(provide 'autofix)
;;; autofix.el ends here
