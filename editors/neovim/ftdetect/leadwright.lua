-- Other programs have files of this ending too, in folders of the system.
local function detect(path)
  if not path:match("^/etc/") and not path:match("^/usr/") and not path:match("^/lib/") then
    vim.bo.filetype = "leadwright"
  end
end

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  pattern = "*.rules",
  callback = function(event)
    detect(vim.fn.fnamemodify(event.file, ":p"))
  end,
})
